from django.apps import AppConfig


class ProvidersConfig(AppConfig):
    name = "connections.providers"
    label = "managed_providers"
