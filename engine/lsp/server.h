// The protocol between an editor and plumb (LSP 3.17): takes messages, gives what is to be sent. It neither reads nor
// writes a stream, and knows no thread.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "engine/lsp/session.h"

namespace plumb::lsp {

class Server {
 public:
  // `around` outlives it. `waiting` says whether messages wait to be taken.
  Server(const Surroundings& around, std::function<bool()> waiting);

  // Answers, and what else is to be sent because of this message.
  std::vector<Json> take(const Json& message);
  // What came was no message.
  static std::vector<Json> refuse(const Error& problem);
  // A request that was taken back before it was begun; `message` is one of those that take() is given.
  static std::vector<Json> cancel(const Json& message);

  // What is to be done while no message waits: findings are found.
  bool has_work() const { return running_ && (session_.has_news() || session_.has_old_looks()); }
  std::vector<Json> work();

  // After the editor said `exit`, or went away: 0 where it said `shutdown` before.
  bool ended() const { return ended_; }
  int exit_code() const { return shut_down_ ? 0 : 1; }

 private:
  struct Fault {
    int code = 0;
    std::string message;
  };
  using Answer = tl::expected<Json, Fault>;

  Answer request(const std::string& method, const Json& params);
  void notify(const std::string& method, const Json& params);
  Json initialize(const Json& params);
  void change(const Json& params);

  Answer complete(const Document& document, const Json& params);
  Answer hover(const Document& document, const Json& params);
  Answer definition(const Document& document, const Json& params);
  Answer references(const Document& document, const Json& params);
  Answer prepare_rename(const Document& document, const Json& params);
  Answer rename(const Document& document, const Json& params);
  Answer actions(const Document& document, const Json& params);
  Answer format(const Document& document) const;
  Answer lenses(const Document& document);
  const Registry& kinds_of(const std::shared_ptr<const Look>& look) const {
    return look == nullptr ? around_.kinds : look->kinds();
  }
  std::optional<Name> name_at(const Document& document, const Json& params);
  Json location(const Document& document, const NameIndex& index, const SourceSpan& span) const;

  const Surroundings& around_;
  Session session_;
  Encoding encoding_ = Encoding::kUtf16;
  bool watches_ = false;  // the editor can tell of files that change
  std::filesystem::path snapshot_ = kUsualSnapshot;
  std::vector<Json> out_;
  bool running_ = false;  // between `initialize` and `shutdown`
  bool shut_down_ = false;
  bool ended_ = false;
};

}  // namespace plumb::lsp
