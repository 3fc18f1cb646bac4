// What a web server answered, as far as a probe wants to know it. Takes any bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace plumb::exec {

struct HttpAnswer {
  int status = 0;
  std::string body;    // as far as it has come
  bool whole = false;  // nothing more belongs to it
};

// Of the bytes that came so far; `ended`: no more will come. Nothing while its head is not whole. kProbeFailed for what
// is no answer of HTTP/1.
Result<std::optional<HttpAnswer>> parse_http_answer(std::string_view bytes, bool ended);

}  // namespace plumb::exec
