"""Answers of Meta's platforms that nobody recorded, each with what it honestly says."""

import json

from connections.platforms.wire import Cause

C = Cause
META = FB, IG, TH = "facebook", "instagram", "threads"
INVALIDATED = "Error validating access token: "
EXPIRED = INVALIDATED + "Session has expired on Monday, 02-Nov-26 06:00:00 PST. The current time is"
PASSWORD = (
    INVALIDATED + "The session has been invalidated because the user changed their password or "
    "Facebook has changed the session for security reasons."
)
REVOKED = INVALIDATED + "The user has not authorized application 2586347315015828."
LOGGED_OUT = INVALIDATED + "The session is invalid because the user logged out."
CHECKPOINT = (
    "You cannot access the app till you log in to www.instagram.com and follow the "
    "instructions given."
)
NO_OBJECT = (
    "Unsupported post request. Object with ID '1' does not exist, cannot be loaded due to "
    "missing permissions, or does not support this operation."
)
ENGAGED = (
    "The access token is invalid since the user hasn't engaged the app in longer than 90 days."
)
UNSUPPORTED = "Unsupported request - method type: get"
PAGE = "<!DOCTYPE html><html><body>Session has expired on Monday, log in</body></html>"


def graph(code=None, subcode=None, message="", **more):
    error = {"message": message, "type": "OAuthException", "fbtrace_id": "A", **more}
    error |= {"code": code} if code is not None else {}
    return {"error": error | ({"error_subcode": subcode} if subcode else {})}


def debug(code=190, subcode=None, message="", **data):
    error = {"code": code, "message": message} | ({"subcode": subcode} if subcode else {})
    return {"data": {"app_id": "1", "is_valid": False, "error": error, "scopes": [], **data}}


def flat(message, code=400):
    return {"error_type": "OAuthException", "code": code, "error_message": message}


# id, platform, endpoint, status, body, the causes that may be read from it
ROWS = [
    ("expired answered with 500", FB, "api", 500, graph(190, 463, EXPIRED), C.EXPIRED),
    ("expired answered with 401", FB, "api", 401, graph(190, 463), C.EXPIRED),
    ("expired in French", FB, "api", 400, graph(190, 463, "La session a expiré."), C.EXPIRED),
    ("expired in a gateway's 200", TH, "api", 200, graph(190, 463), C.EXPIRED),
    ("expired without subcode", IG, "api", 400, graph(190, None, EXPIRED), C.EXPIRED),
    ("expired in old wording, no code", FB, "api", 400,
     graph(None, None, INVALIDATED + "Session has expired at unix time 1328727600."), C.EXPIRED),
    ("expired in a flat answer", IG, "api", 400, flat(EXPIRED), C.EXPIRED),
    ("expired token refused its renewal", IG, "token", 400, graph(190, None, EXPIRED),
     C.REFRESH_TOKEN_INVALID),
    ("expired, long exchange of a Page's login", FB, "token", 400, graph(190, 463), C.EXPIRED),
    ("password changed, in German", FB, "api", 401, graph(190, 460, "Die Sitzung ist ungültig."),
     C.PASSWORD_CHANGED),
    ("password changed, no subcode", TH, "api", 400, graph(190, None, PASSWORD),
     C.PASSWORD_CHANGED),
    ("password changed, told by debug_token", TH, "debug", 200, debug(190, 460, PASSWORD),
     C.PASSWORD_CHANGED),
    ("logged out under 460", FB, "api", 400, graph(190, 460, LOGGED_OUT), C.REVOKED),
    ("logged out under 467", FB, "api", 400, graph(190, 467, LOGGED_OUT), C.REVOKED),
    ("logged out or a system error", FB, "api", 400,
     graph(190, None, INVALIDATED + "This may be because the user logged out or may be due to a "
           "system error."), C.TOKEN_REJECTED),
    ("app removed, code as text", FB, "api", 400, graph("190", "458", REVOKED), C.REVOKED),
    ("app removed, code as float", FB, "api", 400, graph(190.0, 458.0, REVOKED), C.REVOKED),
    ("app removed, no subcode", IG, "api", 400, graph(190, None, REVOKED), C.REVOKED),
    ("app removed, at the renewal", TH, "token", 400, graph(190, 458, REVOKED), C.REVOKED),
    ("app removed, told by debug_token", FB, "debug", 200, debug(190, 458), C.REVOKED),
    ("reinstalled", FB, "api", 400, graph(190, 461), C.REVOKED),
    ("unused for long", FB, "api", 400, graph(190, 468), C.REVOKED),
    ("session code with a subcode", FB, "api", 400, graph(102, 463), C.EXPIRED),
    ("session code alone", IG, "api", 400, graph(102, None, "Session key invalid"), C.REVOKED),
    ("session key invalid", FB, "api", 400, graph(452, None, "Session key invalid."),
     C.TOKEN_REJECTED),
    ("not seen for 90 days, by subcode", FB, "api", 400, graph(190, 493, ENGAGED),
     C.DATA_ACCESS_EXPIRED),
    ("not seen for 90 days, by text", FB, "api", 400, graph(190, None, ENGAGED.replace("'", "’")),
     C.DATA_ACCESS_EXPIRED),
    ("checkpoint on Instagram, no subcode", IG, "api", 400, graph(190, None, CHECKPOINT),
     C.CHECKPOINT),
    ("checkpoint in Spanish", FB, "api", 400, graph(190, 459, "No puedes acceder."), C.CHECKPOINT),
    ("checkpoint told by debug_token", FB, "debug", 200, debug(190, 490), C.CHECKPOINT),
    ("unconfirmed person", TH, "api", 400, graph(190, 464), C.CHECKPOINT),
    ("restricted account", IG, "api", 400,
     graph(25, 2207050, "The Instagram account is restricted."), C.CHECKPOINT),
    ("restricted account, no subcode", IG, "api", 403,
     graph(25, None, "The Instagram account is restricted."), C.CHECKPOINT),
    ("restricted on Threads", TH, "api", 403, graph(10, 4279013), C.CHECKPOINT),
    ("role on the Page lost", FB, "api", 400, graph(190, 492, "Der Nutzer muss…"), C.ROLE_LOST),
    ("role on the Page lost, by debug_token", FB, "debug", 200, debug(190, 492), C.ROLE_LOST),
    ("unknown subcode", FB, "api", 400, graph(190, 999999, "Neu."), C.TOKEN_REJECTED),
    ("subcode beyond 2^53", FB, "api", 400, graph(190, 2**60 + 463), C.TOKEN_REJECTED),
    ("signature wrong", FB, "api", 400, graph(190, None, "Invalid OAuth access token signature."),
     C.TOKEN_REJECTED),
    ("undecryptable", IG, "api", 400,
     graph(190, None, "The access token could not be decrypted"), C.TOKEN_REJECTED),
    ("not parsable", IG, "api", 400,
     graph(190, None, "Invalid OAuth access token - Cannot parse access token"),
     C.MALFORMED_REQUEST, C.TOKEN_REJECTED),
    ("invalid without code", FB, "api", 400, graph(None, None, "Invalid OAuth access token."),
     C.TOKEN_REJECTED),
    ("the type alone", FB, "api", 400, graph(None, None, "Sorry."), C.UNKNOWN),
    ("invalid token behind a gateway's trouble", FB, "api", 503, graph(190, None, "Oops"),
     C.PLATFORM_OUTAGE),
    ("invalid token and slow down", TH, "api", 429, graph(190), C.RATE_LIMITED),
    ("transient 190", FB, "api", 500, graph(190, 460, PASSWORD, is_transient=True),
     C.PLATFORM_OUTAGE),
    ("transient throttling", FB, "api", 400, graph(4, is_transient=True), C.RATE_LIMITED),
    ("API unknown with a session's subcode", FB, "api", 400, graph(1, 463, EXPIRED),
     C.PLATFORM_OUTAGE),
    ("API service with 400, in Polish", FB, "api", 400, graph(2, None, "Błąd."),
     C.PLATFORM_OUTAGE),
    ("Instagram's server error", IG, "api", 400, graph(-1, 2207001), C.PLATFORM_OUTAGE),
    ("download of the media too slow", IG, "api", 400, graph(-2, 2207003), C.PLATFORM_OUTAGE),
    ("blocked for a while", FB, "api", 400, graph(368, None, "Your account is restricted"),
     C.RATE_LIMITED),
    ("suspected of spam", IG, "api", 400, graph(4, 2207051), C.RATE_LIMITED),
    ("posts of the day used up", IG, "api", 400, graph(9, 2207042), C.RATE_LIMITED),
    ("too many calls of a business", TH, "api", 400, graph("80006"), C.RATE_LIMITED),
    ("too many calls in a 403", FB, "api", 403, graph(17, 2446079), C.RATE_LIMITED),
    ("too many calls to debug_token", FB, "debug", 400, graph(4), C.RATE_LIMITED),
    ("too many calls, old flat answer", IG, "token", 429, flat("The maximum number", 429),
     C.RATE_LIMITED),
    ("code used, flat", TH, "token", 400,
     flat("Matching code was not found or was already used"), C.CODE_REJECTED),
    ("code used, no subcode", FB, "token", 400,
     graph(100, None, "This authorization code has been used."), C.CODE_REJECTED),
    ("code expired, in Italian", FB, "token", 400, graph(100, 36007, "Il codice è scaduto."),
     C.CODE_REJECTED),
    ("redirect differs, flat", IG, "token", 400,
     flat("Error validating verification code. Please make sure your redirect_uri is identical "
          "to the one you used in the OAuth dialog request"), C.REDIRECT_MISMATCH),
    ("redirect not absolute", FB, "token", 400,
     graph(191, None, "redirect_uri isn't an absolute URI. Check RFC 3986."), C.REDIRECT_MISMATCH),
    ("secret wrong under code 1", TH, "token", 400,
     graph(1, None, "Error validating client secret."), C.APP_CREDENTIALS),
    ("application id wrong", FB, "token", 400,
     graph(101, None, "Error validating application. Invalid application ID."), C.APP_CREDENTIALS),
    ("Facebook's id given to Instagram", IG, "token", 400, flat("Invalid platform app"),
     C.APP_CREDENTIALS),
    ("field left out", IG, "token", 400, flat("Missing required field client_id"),
     C.MALFORMED_REQUEST, C.APP_CREDENTIALS),
    ("application deleted", TH, "api", 401,
     graph(190, None, "Error validating application. Application has been deleted."),
     C.APP_DISABLED),
    ("application blocked", IG, "api", 400, graph(200, None, "API access blocked."),
     C.APP_DISABLED),
    ("proof wrong", FB, "api", 400,
     graph(100, None, "Invalid appsecret_proof provided in the API argument"), C.APP_CREDENTIALS),
    ("app token's signature wrong", FB, "debug", 400,
     graph(190, None, "Invalid OAuth access token signature."), C.APP_CREDENTIALS),
    ("app token refused", TH, "debug", 400, graph(190), C.APP_CREDENTIALS),
    ("app token without rights", FB, "debug", 400, graph(200, None, "(#200) Provide valid app ID"),
     C.APP_CREDENTIALS),
    ("application unknown to debug_token", FB, "debug", 400,
     graph(190, None, "Error validating application. Cannot get application info due to a "
           "system error."), C.APP_CREDENTIALS),
    ("asked without the app's token", FB, "debug", 400,
     graph(100, None, "(#100) You must provide an app access token, or a user access token that "
           "is an owner or developer of the app"), C.APP_CREDENTIALS),
    ("token of another app", FB, "debug", 400,
     graph(100, None, "(#100) The App_id in the input_token did not match the Viewing App"),
     C.APP_CREDENTIALS),
    ("invalid token described", TH, "debug", 200, debug(190, None, "Invalid OAuth access token."),
     C.TOKEN_REJECTED),
    ("invalid without reason", FB, "debug", 200, {"data": {"is_valid": False, "expires_at": 0}},
     C.TOKEN_REJECTED),
    ("invalid and past its end", FB, "debug", 200,
     {"data": {"is_valid": False, "expires_at": 1570820400}}, C.EXPIRED),
    ("data access ended, endless token", FB, "debug", 200,
     {"data": {"is_valid": True, "expires_at": 0, "data_access_expires_at": 1576687825}},
     C.DATA_ACCESS_EXPIRED),
    ("permission missing with 400", FB, "api", 400, graph(200, None, "Falta un permiso."),
     C.PERMISSION_MISSING),
    ("permission missing, high code", FB, "api", 403, graph("294"), C.PERMISSION_MISSING),
    ("permission missing as a parameter", FB, "api", 400,
     graph(100, None, "(#100) Missing Permissions"), C.PERMISSION_MISSING),
    ("no capability", IG, "api", 400, graph(3), C.PERMISSION_MISSING),
    ("object gone, in Dutch", IG, "api", 400, graph(100, 33, "Bestaat niet."), C.ACCOUNT_MISSING),
    ("object gone, no subcode", FB, "api", 404, graph(100, None, NO_OBJECT), C.ACCOUNT_MISSING),
    ("object gone, told by debug_token", FB, "debug", 200, debug(100, 33), C.ACCOUNT_MISSING),
    ("alias gone", FB, "api", 404, graph(803), C.ACCOUNT_MISSING),
    ("Page merged into another", FB, "api", 400, graph(21), C.ACCOUNT_MISSING),
    ("object unknown to the token endpoint", TH, "token", 400, graph(100, 33),
     C.MALFORMED_REQUEST),
    ("no token sent", TH, "api", 400, graph(2500), C.MALFORMED_REQUEST),
    ("version retired", FB, "api", 400, graph(2635), C.MALFORMED_REQUEST),
    ("too young to renew", IG, "token", 400,
     graph(190, None, "Token must be at least 24 hours old"), C.MALFORMED_REQUEST),
    ("too old to renew", IG, "token", 400, graph(100, None, UNSUPPORTED),
     C.REFRESH_TOKEN_INVALID),
    ("method unsupported on the API", IG, "api", 400, graph(100, None, UNSUPPORTED),
     C.MALFORMED_REQUEST),
    ("picture not found", IG, "api", 400, graph(9004, 2207052), C.MALFORMED_REQUEST, C.UNKNOWN),
    ("picture too large", IG, "api", 400, graph(36000, 2207004), C.MALFORMED_REQUEST, C.UNKNOWN),
    ("thumbnail out of bounds", IG, "api", 400, graph(1, 2207057), C.MALFORMED_REQUEST),
    ("container not ready", IG, "api", 400, graph(9007, 2207027), C.UNKNOWN),
    ("container expired", IG, "api", 400, graph(24, 2207008), C.UNKNOWN),
    ("duplicate post", FB, "api", 400, graph(506), C.UNKNOWN, C.MALFORMED_REQUEST),
    ("link not readable", FB, "api", 400, graph(1609005), C.UNKNOWN, C.MALFORMED_REQUEST),
    ("a code nobody knows", TH, "api", 400, graph(424242, None, "Nope."), C.UNKNOWN),
    ("a number beyond 2^53", TH, "api", 400, graph(2**70), C.UNKNOWN),
    ("a code that is no number", FB, "api", 400, graph([190], {"a": 463}, "Nope."), C.UNKNOWN),
    ("unwrapped", FB, "api", 400, graph(190, 463)["error"], C.EXPIRED),
    ("in a list", FB, "api", 400, [graph(190, 458)], C.REVOKED),
    ("in a batch", FB, "debug", 200,
     [None, {"code": 200, "headers": [], "body": json.dumps(debug(190, 460))}],
     C.PASSWORD_CHANGED),
    ("as text in text", FB, "api", 400, json.dumps(json.dumps(graph(190, 463))), C.EXPIRED),
    ("plain words of RFC 6750", TH, "api", 401, {"error": "invalid_token"}, C.TOKEN_REJECTED),
    ("plain sentence", FB, "api", 400, {"error": EXPIRED}, C.EXPIRED),
    ("plain unknown sentence", FB, "api", 400, {"error": "Something broke"}, C.UNKNOWN),
    ("error left null", FB, "api", 400, {"error": None}, C.UNKNOWN),
    ("a name that sounds like trouble", FB, "api", 400,
     graph(100, None, "Page 'Checkpoint: the user logged out' has no field x"),
     C.MALFORMED_REQUEST),
    ("a page name in an unknown code", FB, "api", 400,
     graph(777, None, "Checkpoint Café: " + EXPIRED), C.UNKNOWN),
    ("HTML with 400", FB, "api", 400, PAGE, C.UNKNOWN),
    ("HTML with 401", IG, "api", 401, PAGE, C.UNKNOWN),
    ("HTML with 429", TH, "api", 429, PAGE, C.RATE_LIMITED),
    ("HTML with 502", IG, "token", 502, PAGE, C.PLATFORM_OUTAGE),
    ("outage in words of a session", FB, "api", 503, graph(None, None, EXPIRED),
     C.PLATFORM_OUTAGE),
    ("truncated", FB, "api", 400, json.dumps(graph(190, 463, EXPIRED))[:60], C.UNKNOWN),
    ("empty", TH, "token", 400, "", C.UNKNOWN),
    ("empty with 500", TH, "debug", 500, "", C.PLATFORM_OUTAGE),
]  # fmt: skip
