"""What the grid is asked for, read from its address."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict

from connections.platforms import PLATFORMS
from health.displayed import CODES, NEEDS_ACTION
from health.statuses import LABELS

VIEWS = ("matrix", "list")
MAX_PAGE = 10_000


class UnknownFilterError(ValueError):
    """The address asks for something that does not exist; the text says what."""


@dataclass(frozen=True, slots=True)
class Filters:
    text: str = ""
    platforms: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    view: str = "matrix"
    page: int = 1

    @property
    def is_narrowed(self) -> bool:
        return bool(self.text or self.platforms or self.statuses)

    def address(self, **changes: object) -> str:
        """Return the query string of these filters with some of them changed."""
        filters = replace(self, **changes)
        values = {
            "q": filters.text,
            "platform": ",".join(filters.platforms),
            "status": ",".join(filters.statuses),
            "view": "" if filters.view == "matrix" else filters.view,
            "page": "" if filters.page == 1 else str(filters.page),
        }
        return "?" + urlencode({name: value for name, value in values.items() if value}, safe=",")


def read_filters(query: QueryDict) -> Filters:
    """Read the filters; raises ``UnknownFilterError``."""
    return Filters(
        text=query.get("q", "").replace("\0", "").strip()[:120],
        platforms=_listed(query, "platform", tuple(PLATFORMS)),
        statuses=_listed(query, "status", CODES),
        view=_one_of(query.get("view") or "matrix", "view", VIEWS),
        page=_page(query.get("page") or "1"),
    )


def _listed(query: QueryDict, name: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Read a value given several times, or once with commas, in the order of ``known``."""
    wanted = {part.strip() for value in query.getlist(name) for part in value.split(",")} - {""}
    for value in sorted(wanted):
        _one_of(value, name, known)
    return tuple(value for value in known if value in wanted)


def _one_of(value: str, name: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise UnknownFilterError(f"There is no {name} “{value[:60]}”.")
    return value


def _page(value: str) -> int:
    is_number = value.isascii() and value.isdigit() and len(value) < 9
    if not is_number or not 0 < int(value) <= MAX_PAGE:
        raise UnknownFilterError(f"There is no page “{value[:60]}”.")
    return int(value)


@dataclass(frozen=True, slots=True)
class Choice:
    """An option of a filter's menu."""

    value: str
    label: str
    is_current: bool


def choices(
    groups: dict[tuple[str, ...], str], chosen: tuple[str, ...], labels: dict[str, str]
) -> list[Choice]:
    """Return a menu of ``groups``; what was chosen is in it, also when no group is like it."""
    if chosen and chosen not in groups:
        groups = {**groups, chosen: ", ".join(labels[code] for code in chosen)}
    return [Choice(",".join(codes), label, codes == chosen) for codes, label in groups.items()]


@dataclass(frozen=True, slots=True)
class FilterForm:
    """The menus and links of the filter form."""

    filters: Filters
    platforms: list[Choice]
    statuses: list[Choice]

    @property
    def matrix_address(self) -> str:
        return self.filters.address(view="matrix", page=1)

    @property
    def list_address(self) -> str:
        return self.filters.address(view="list", page=1)

    @property
    def clear_address(self) -> str:
        return Filters(view=self.filters.view).address()


def build_form(filters: Filters) -> FilterForm:
    names = {slug: platform.name for slug, platform in PLATFORMS.items()}
    labels = {code.value: label for code, label in LABELS.items()}
    platforms = {(slug,): name for slug, name in names.items()}
    statuses = {NEEDS_ACTION: "Needs action"} | {(code,): labels[code] for code in CODES}
    return FilterForm(
        filters=filters,
        platforms=choices(platforms, filters.platforms, names),
        statuses=choices(statuses, filters.statuses, labels),
    )
