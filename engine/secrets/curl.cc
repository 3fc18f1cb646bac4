#include "engine/secrets/curl.h"

namespace plumb::secrets {
namespace {

// For curl's settings: in quotes, in which a backslash stands for what follows.
std::string setting(const std::string& name, std::string_view value) {
  std::string text = name + " = \"";
  for (const char c : value) {
    if (c == '\n') {
      text += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + "\"\n";
}

std::string settings_of(const WebRequest& request) {
  std::string settings = "silent\nshow-error\ngloboff\nproto = \"=https,http\"\n";
  settings += setting("url", request.url) + setting("request", request.method);
  settings += "max-time = " + std::to_string(request.timeout_seconds) + "\n";
  for (const std::string& header : request.headers) settings += setting("header", header);
  if (!request.body.empty()) settings += setting("data-raw", request.body);
  if (!request.ca_file.empty()) settings += setting("cacert", request.ca_file);
  return settings + "write-out = \"\\n%{http_code}\"\n";
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

Error no_answer(const ProgramOutput& output, const WebRequest& request, const std::string& whose) {
  constexpr int kTimeout = 28;
  constexpr int kCertificate = 60;
  constexpr int kCaFile = 77;
  const int code = output.exit_code;
  const std::string where = request.url.substr(0, request.url.find('/', std::string_view("https://").size()));
  if (code == kTimeout)
    return fail(Code::kSecretStore,
                whose + ": " + where + " did not answer within " + std::to_string(request.timeout_seconds) + " s")
        .hint("`timeout` of the store is how long it is waited for");
  const std::string said = complaint(first_line(output.errors));
  Error error = fail(Code::kSecretStore, whose + ": " + where + " did not answer" + (said.empty() ? "" : ": " + said));
  if (code == kCertificate || code == kCaFile)
    return std::move(error).hint("`ca` of the store names the file with the certificate of an authority of your own");
  return error;
}

}  // namespace

Result<WebAnswer> ask_server(const Surroundings& around, const WebRequest& request, const std::string& whose) {
  constexpr int kMoreSeconds = 5;  // for curl to say that it was too long
  const std::string settings = settings_of(request);
  // Before all else, so that no settings of the user's own are read.
  PLUMB_TRY_ASSIGN(
      ProgramOutput output,
      around.run_whatever(
          {{"curl", "--disable", "--config", "-"}, whose, request.timeout_seconds + kMoreSeconds, settings}));
  WebAnswer answer{0, std::move(output.text)};
  const std::size_t end = answer.body.rfind('\n');
  if (output.exit_code != 0 || end == std::string::npos) return no_answer(output, request, whose);
  for (const char digit : answer.body.substr(end + 1)) answer.status = answer.status * 10 + (digit - '0');
  answer.body.resize(end);
  return answer;
}

}  // namespace plumb::secrets
