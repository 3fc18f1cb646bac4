// url(): the parts of a URL (RFC 3986) as they are written, and text made fit to stand in one.
#include <algorithm>
#include <charconv>
#include <optional>

#include "engine/base/ascii.h"
#include "engine/base/json.h"
#include "engine/base/percent_encoded.h"
#include "engine/lang/cel/library.h"
#include "engine/lang/cel/network.h"

namespace plumb::cel {
namespace {

bool is_unreserved(char c) {
  return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

bool is_escape(std::string_view text, std::size_t at) {
  return at + 2 < text.size() && hex_digit(text[at + 1]) >= 0 && hex_digit(text[at + 2]) >= 0;
}

struct Url {
  std::string scheme;
  std::string_view user;
  std::string_view password;
  std::string host;
  std::optional<int> port;
  std::string_view path;
  std::string_view query;
  std::string_view fragment;
};

bool has_clean_characters(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%' ? !is_escape(text, i)
                 : !is_unreserved(c) && std::string_view(":/?#[]@!$&'()*+,;=").find(c) == std::string_view::npos)
      return false;
  }
  return true;
}

// What stands behind the first `sign` is taken off and returned.
std::optional<std::string_view> take_behind(std::string_view& text, char sign) {
  const std::size_t at = text.find(sign);
  if (at == std::string_view::npos) return {};
  const std::string_view behind = text.substr(at + 1);
  text = text.substr(0, at);
  return behind;
}

bool read_port(std::string_view text, Url& url) {
  if (text.empty()) return true;
  int port = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (problem != std::errc{} || end != text.data() + text.size() || port < 0 || port > 65'535) return false;
  url.port = port;
  return true;
}

bool read_authority(std::string_view text, Url& url) {
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    url.user = text.substr(0, at);
    url.password = take_behind(url.user, ':').value_or("");
    text.remove_prefix(at + 1);
  }
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos || parse_address(text.substr(1, end - 1)).is_error()) return false;
    url.host = lowered(text.substr(1, end - 1));
    text.remove_prefix(end + 1);
    return text.empty() || (text.starts_with(':') && read_port(text.substr(1), url));
  }
  const std::string_view port = take_behind(text, ':').value_or("");
  url.host = lowered(text);
  return text.find_first_of("[]@") == std::string_view::npos && read_port(port, url);
}

// Nothing for what is no URL with a host or, as of `file`, a place for one.
std::optional<Url> read_url(std::string_view text) {
  if (!has_clean_characters(text)) return {};
  Url url;
  url.fragment = take_behind(text, '#').value_or("");
  url.query = take_behind(text, '?').value_or("");
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos || colon == 0 || !is_letter(text[0])) return {};
  url.scheme = lowered(text.substr(0, colon));
  if (!std::all_of(url.scheme.begin(), url.scheme.end(),
                   [](char c) { return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.'; })) {
    return {};
  }
  text.remove_prefix(colon + 3);
  const std::size_t slash = std::min(text.find('/'), text.size());
  url.path = text.substr(slash);
  if (url.path.find_first_of("[]") != std::string_view::npos) return {};
  return read_authority(text.substr(0, slash), url) ? std::optional(std::move(url)) : std::nullopt;
}

Value parts(Call& call) {
  if (!call.budget.allocate(512 + 4 * call.text(0).size())) return cost_exceeded();
  const std::optional<Url> url = read_url(call.text(0));
  if (!url) {
    return fail("`" + std::string(call.text(0).substr(0, 60)) + "` is no URL",
                "such as https://example.org:8443/path?a=1; other characters are written as %XX: url.encode(…)");
  }
  std::vector<std::pair<std::string, Value>> fields = {
      {"fragment", Value::string(url->fragment)}, {"host", Value::string(url->host)},
      {"password", Value::string(url->password)}, {"path", Value::string(url->path)},
      {"query", Value::string(url->query)},       {"scheme", Value::string(url->scheme)},
      {"user", Value::string(url->user)}};
  if (url->port) fields.emplace_back("port", Value::integer(*url->port));
  return Value::record(std::move(fields));
}

Value is_url(Call& call) {
  if (!call.budget.read(4 * call.text(0).size())) return cost_exceeded();
  return Value::boolean(read_url(call.text(0)).has_value());
}

bool append_encoded(std::string& out, std::string_view text, Budget& budget) {
  if (!budget.allocate(3 * text.size())) return false;
  out += percent_encoded(text, is_unreserved);
  return true;
}

Value url_encode(Call& call) {
  std::string text;
  return append_encoded(text, call.text(0), call.budget) ? Value::string(text) : cost_exceeded();
}

Value encode_query(Call& call) {
  std::string text;
  for (const MapEntry& entry : call[0].as_map()) {
    if (!entry.key.is_text() || !entry.value.is_text()) return no_such_overload();
    if (!text.empty()) text += '&';
    if (!append_encoded(text, entry.key.as_text(), call.budget)) return cost_exceeded();
    text += '=';
    if (!append_encoded(text, entry.value.as_text(), call.budget)) return cost_exceeded();
  }
  return Value::string(text);
}

Value url_decode(Call& call) {
  const std::string_view text = call.text(0);
  if (!call.budget.allocate(text.size())) return cost_exceeded();
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (!is_escape(text, i)) return fail("a `%` is not followed by two hexadecimal digits");
    decoded += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
    i += 2;
  }
  return valid_utf8(decoded) ? Value::string(decoded) : fail("what the text stands for is not UTF-8");
}

Type type_of_parts() {
  const Type text(Type::Kind::kString);
  return make_record("url", {{"scheme", text, false},
                             {"user", text, false},
                             {"password", text, false},
                             {"host", text, false},
                             {"port", Type(Type::Kind::kInt), true},
                             {"path", text, false},
                             {"query", text, false},
                             {"fragment", text, false}});
}

}  // namespace

void add_urls(FunctionTable& table) {
  Overload overload;
  overload.parameters = {Type(Type::Kind::kString)};
  overload.result = type_of_parts();
  overload.implementation = parts;
  table.add(
      "url", std::move(overload),
      "The parts of a URL as written: scheme, user, password, host, port where one is named, path, query, fragment");
  table.add("isURL(string) -> bool", is_url, "Whether a text is a URL with its scheme");
  table.add("url.encode(string) -> string", url_encode,
            "The text as it can stand in any part of a URL; of a map, as a query such as a=1&b=2");
  table.add("url.encode(map(string, string)) -> string", encode_query);
  table.add("url.decode(string) -> string", url_decode, "The text that %XX in a URL stand for");
}

}  // namespace plumb::cel
