#include "engine/report/page_parts.h"

#include <algorithm>

#include "engine/base/digest.h"
#include "engine/report/markdown_text.h"
#include "engine/report/plan_page.h"

namespace plumb::report {

std::string_view page_part(std::string_view name) {
  const std::span<const EmbeddedFile> parts = plan_page();
  return std::find_if(parts.begin(), parts.end(), [name](const EmbeddedFile& part) { return part.name == name; })->text;
}

std::string policy_hash(std::string_view text) {
  Sha256 hash;
  hash.add(text);
  const std::string digits = hash.finish().substr(kDigestPrefix.size());
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2)
    bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  return "sha256-" + base64_encode(bytes);
}

std::string page_head(std::string_view title) {
  const std::string_view style = page_part("plan.css");
  const std::string name = html_text(title);
  return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '" +
         policy_hash(style) +
         "'; base-uri 'none'; form-action 'none'\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"referrer\" content=\"no-referrer\">\n<title>" +
         name + "</title>\n<style>" + std::string(style) + "</style>\n</head>\n<body>\n<header><h1>" + name +
         "</h1></header>\n<main>\n";
}

}  // namespace plumb::report
