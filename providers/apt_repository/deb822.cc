#include "providers/apt_repository/deb822.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "engine/base/joined.h"
#include "engine/base/trimmed.h"
#include "providers/sdk/managers.h"
#include "providers/sdk/provider.h"
#include "providers/sdk/text_lines.h"

namespace plumb::providers::apt_repository {
namespace {

enum class Form { kList, kFlag, kText };

struct Field {
  const char* name;
  const char* attribute;
  Form form;
};
constexpr std::array kFields = {Field{"Types", "types", Form::kList},
                                Field{"URIs", "uris", Form::kList},
                                Field{"Suites", "suites", Form::kList},
                                Field{"Components", "components", Form::kList},
                                Field{"Architectures", "architectures", Form::kList},
                                Field{"Languages", "languages", Form::kList},
                                Field{"Targets", "targets", Form::kList},
                                Field{"Trusted", "trusted", Form::kFlag},
                                Field{"Enabled", "enabled", Form::kFlag},
                                Field{"Signed-By", "signed_by", Form::kText}};

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::optional<bool> truth_of(std::string_view text) {
  const std::string word = lower(text);
  for (const char* yes : {"yes", "true", "with", "on", "enable", "1"}) {
    if (word == yes) return true;
  }
  for (const char* no : {"no", "false", "without", "off", "disable", "0"}) {
    if (word == no) return false;
  }
  return std::nullopt;
}

// "Name: value" with the lines that go on with it, which begin with a blank.
struct Entry {
  std::string name;
  std::string value;
  std::size_t line = 0;
};

struct Stanzas {
  std::vector<std::vector<Entry>> stanzas;
  std::vector<std::string> others;  // comments, and what is none of it
};

Stanzas read_stanzas(std::string_view text) {
  Stanzas read;
  bool open = false;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    ++number;
    if (trimmed(line).empty()) {
      open = false;
      continue;
    }
    if (line.front() == '#') {
      read.others.emplace_back(line);
      continue;
    }
    const bool goes_on = line.front() == ' ' || line.front() == '\t';
    if (goes_on && open) {
      std::string& value = read.stanzas.back().back().value;
      append_item(value, trimmed(line), "\n");
      continue;
    }
    const std::size_t colon = line.find(':');
    if (goes_on || colon == std::string_view::npos) {
      read.others.emplace_back(line);
      continue;
    }
    if (!open) read.stanzas.emplace_back();
    open = true;
    read.stanzas.back().push_back(
        {std::string(trimmed(line.substr(0, colon))), std::string(trimmed(line.substr(colon + 1))), number});
  }
  return read;
}

const Field* field_of(const std::string& name) {
  const auto found = std::find_if(kFields.begin(), kFields.end(),
                                  [&](const Field& field) { return lower(field.name) == lower(name); });
  return found == kFields.end() ? nullptr : &*found;
}

std::string value_in(const std::vector<Entry>& stanza, const char* name) {
  const auto found =
      std::find_if(stanza.begin(), stanza.end(), [&](const Entry& entry) { return lower(entry.name) == lower(name); });
  return found == stanza.end() ? std::string() : found->value;
}

void declare(std::vector<Declared>& all, const std::string& uri, const std::string& suite, const std::string& signed_by,
             std::size_t line) {
  all.push_back({without_slash(uri), suite, signed_by, line});
}

// "deb [signed-by=/x arch=amd64] uri suite component…".
void declare_line(std::vector<Declared>& all, std::string_view line, std::size_t number) {
  line = trimmed(line);
  if (!line.starts_with("deb ") && !line.starts_with("deb-src ") && !line.starts_with("deb\t")) return;
  line = trimmed(line.substr(line.find_first_of(" \t")));
  std::string signed_by;
  if (line.starts_with('[')) {
    const std::size_t end = line.find(']');
    if (end == std::string_view::npos) return;
    constexpr std::string_view kSigned = "signed-by=";
    for (const std::string& option : words_of(line.substr(1, end - 1))) {
      if (lower(option).starts_with(kSigned)) signed_by = option.substr(kSigned.size());
    }
    line = line.substr(end + 1);
  }
  const std::vector<std::string> words = words_of(line.substr(0, line.find('#')));
  if (words.size() >= 2) declare(all, words[0], words[1], signed_by, number);
}

}  // namespace

std::string without_slash(std::string uri) {
  while (uri.ends_with('/')) uri.pop_back();
  return uri;
}

std::string to_deb822(const Json& attributes) {
  std::string text;
  const auto add = [&](const std::string& name, const std::string& value) { text += name + ": " + value + "\n"; };
  for (const Field& field : kFields) {
    const Json& value = member_of(attributes, field.attribute);
    if (field.form == Form::kList) {
      if (const std::vector<std::string> words = texts_in(value); !words.empty()) add(field.name, joined(words, " "));
    } else if (field.form == Form::kFlag) {
      // What goes without saying is not said.
      const bool usual = std::string_view(field.attribute) == "enabled";
      if (value.is_boolean() && value.get<bool>() != usual) add(field.name, usual ? "no" : "yes");
    } else if (const std::string one = text_of(attributes, field.attribute); !one.empty()) {
      add(field.name, one);
    }
  }
  const Json& options = member_of(attributes, "options");
  if (!options.is_object()) return text;
  for (const auto& [name, value] : options.items()) {
    if (value.is_string()) add(name, value.get<std::string>());
  }
  return text;
}

Json from_deb822(std::string_view text) {
  Json attributes = Json::object();
  Stanzas read = read_stanzas(text);
  for (std::size_t i = 0; i < read.stanzas.size(); ++i) {
    for (const Entry& entry : read.stanzas[i]) {
      const Field* field = field_of(entry.name);
      if (i > 0) {
        read.others.push_back(entry.name + ": " + entry.value);
      } else if (field == nullptr) {
        attributes["options"][entry.name] = entry.value;
      } else if (field->form == Form::kList) {
        attributes[field->attribute] = words_of(entry.value);
      } else if (field->form == Form::kText) {
        attributes[field->attribute] = entry.value;
      } else if (const std::optional<bool> truth = truth_of(entry.value)) {
        attributes[field->attribute] = *truth;
      } else {
        read.others.push_back(entry.name + ": " + entry.value);
      }
    }
  }
  if (!read.others.empty()) attributes["other"] = read.others;
  return attributes;
}

std::vector<Declared> declared_in(std::string_view text, bool one_line) {
  std::vector<Declared> all;
  if (one_line) {
    for (std::size_t number = 1; !text.empty(); ++number) declare_line(all, take_line(text), number);
    return all;
  }
  for (const std::vector<Entry>& stanza : read_stanzas(text).stanzas) {
    if (truth_of(value_in(stanza, "Enabled")) == false) continue;
    for (const std::string& uri : words_of(value_in(stanza, "URIs"))) {
      for (const std::string& suite : words_of(value_in(stanza, "Suites")))
        declare(all, uri, suite, value_in(stanza, "Signed-By"), stanza.front().line);
    }
  }
  return all;
}

// As apt's URItoFileName has it: without the scheme and who logs in, slashes as `_`, and what is special as %xx.
std::string list_prefix(const std::string& uri, const std::string& suite) {
  std::string place = uri.substr(std::min(uri.find(':') + 1, uri.size()));
  if (place.starts_with("//")) {
    place = place.substr(2);
    const std::size_t slash = place.find('/');
    if (const std::size_t at = place.substr(0, slash).rfind('@'); at != std::string::npos) place = place.substr(at + 1);
  }
  place = without_slash(place);
  // A flat repository is a folder below the URI.
  place += suite.ends_with('/') ? "/" + suite : "/dists/" + suite + "/";
  std::string name;
  constexpr std::string_view kSpecial = "\\|{}[]<>\"^~_=!@#$%^&*";
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const char c : place) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '/') {
      name += '_';
    } else if (kSpecial.find(c) != std::string_view::npos || byte <= 0x20 || byte >= 0x7f) {
      name += {'%', kDigits[byte >> 4U], kDigits[byte & 0xfU]};
    } else {
      name += c;
    }
  }
  return name;
}

}  // namespace plumb::providers::apt_repository
