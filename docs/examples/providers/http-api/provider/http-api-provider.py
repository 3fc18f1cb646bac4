"""Objects behind an HTTP API: GET reads one, PUT makes or replaces it, DELETE removes it, each at COLLECTION/NAME."""
import json
import urllib.error
import urllib.parse
import urllib.request

from plumb_provider import Failed, serve

SECONDS = 20
MOST_BYTES = 4 << 20


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """The token is for the server that was named, not for where that one sends us."""

    def redirect_request(self, *_):
        return None


OPENER = urllib.request.build_opener(NoRedirects)


class ApiObject:
    def observe(self, request):
        found = call("GET", request)
        if found is None:
            return None
        return {"fields": without(found, request.want.get("set_by_server", []))}

    def apply(self, request):
        if request.verb == "delete":
            call("DELETE", request)
            return
        fields = request.want.get("fields")
        if fields is None:  # only that it is there
            fields = without(call("GET", request) or {}, request.want.get("set_by_server", []))
        call("PUT", request, fields)


def without(fields, names):
    return {name: value for name, value in fields.items() if name not in names}


def call(method, request, fields=None):
    """The object that the server answers with; None where there is no such object."""
    address = request.want["collection"].rstrip("/") + "/" + urllib.parse.quote(request.want["name"], safe="")
    asked = urllib.request.Request(address, method=method, headers={"Accept": "application/json"})
    if fields is not None:
        asked.data = json.dumps(fields).encode()
        asked.add_header("Content-Type", "application/json")
    if "token" in request.want:
        asked.add_header("Authorization", "Bearer " + request.want["token"])
    try:
        with OPENER.open(asked, timeout=SECONDS) as answer:
            text = answer.read(MOST_BYTES + 1)
    except urllib.error.HTTPError as error:
        with error:
            if error.code == 404 and method != "PUT":
                return None
            raise Failed("%s %s: %s %s" % (method, address, error.code, error.reason), hint_for(error.code))
    except OSError as error:  # of the network: URLError, timeouts, TLS
        raise Failed("%s %s: %s" % (method, address, getattr(error, "reason", error)), "is the server up?")
    except ValueError:  # http.client tells the header's value, which is the token
        raise Failed("the token cannot stand in a header", "it has a line end or a character that is not Latin-1")
    if len(text) > MOST_BYTES:
        raise Failed("%s %s: the answer is longer than %d MiB" % (method, address, MOST_BYTES >> 20))
    return object_of(text, method, address)


def object_of(text, method, address):
    if method != "GET":  # what they answer is seen by observing again
        return {}
    try:
        found = json.loads(text.decode("utf-8"))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Failed("%s %s: the answer is no JSON object" % (method, address), "does `collection` name the API?")
    return found


def hint_for(code):
    if code in (401, 403):
        return "is the token right, and may it do this?"
    if 300 <= code < 400:
        return "redirects are not followed: name the address that it leads to"
    return ""


serve("http-api", "0.1.0", {"api_object": ApiObject()})
