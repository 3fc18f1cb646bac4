// Before secret values go to a host: the key that they are sealed to is the one that the host was known by.
#include "engine/base/time_text.h"
#include "engine/run/sealing.h"
#include "engine/run/session.h"

namespace plumb::run {
namespace {

constexpr std::chrono::seconds kKeyTime{30};
constexpr wire::MessageLimits kKeyAnswer{std::size_t{64} << 10, 256};

}  // namespace

Result<std::string> Session::sealing_key(std::string known) {
  PLUMB_TRY(connect());
  const host::Deadline deadline = within(kKeyTime);
  if (Result<> sent = conversation_->send(wire::Recipient{known}, deadline); !sent) return name_host(sent.error());
  conversation_->allow(kKeyAnswer);
  Result<wire::Recipient> told = conversation_->expect<wire::Recipient>(deadline);
  if (!told) return name_host(told.error());
  const bool lost = told->key.empty() && !known.empty();
  if (!lost && !age::is_recipient(told->key))
    return name_host(fail(Code::kProtocol, "the executor told a key that nothing can be sealed to"));
  return std::move(told->key);
}

Result<> Session::seal_from_here() {
  // What goes to a child of this process, or not even there, passes nobody.
  if (settings_.kind == host::ConnectionKind::kLocal || conversation_->connection().stays_here()) return {};
  if (conversation_->seals()) return {};
  const std::string account = account_of(settings_);
  std::optional<std::string> key;
  if (context_.store != nullptr) {
    PLUMB_TRY_ASSIGN(key, context_.store->sealing_key(name_, account));
  }
  if (hello_.protocols.max < wire::kSeals) {
    const std::string what = "its executor, of version " + hello_.version + ", knows no sealed values, and ";
    // Whoever carries the frames could say so to read what comes.
    if (key) {
      return name_host(fail(Code::kNotSealed, what + "the host has taken them before")
                           .hint("where an older executor was installed, `plumb forget " + name_ +
                                 " --gone` forgets that; else somebody is between here and the host"));
    }
    if (!context_.must_seal) return {};
    return name_host(fail(Code::kNotSealed, what + "`require_sealed_values` asks for them"));
  }
  if (!key) {
    PLUMB_TRY_ASSIGN(key, sealing_key());
    if (context_.store != nullptr) {
      // Another run may have been first, and told another one.
      PLUMB_TRY_ASSIGN(const std::string known, context_.store->keep_sealing_key(
                                                    name_, account, *key, timestamp(std::chrono::system_clock::now())));
      if (known != *key)
        return name_host(fail(Code::kSealingKey, "the host told another key for secret values than a moment ago"));
    }
  }
  PLUMB_TRY_ASSIGN(age::Sealer sealer, age::Sealer::to(*key));
  conversation_->seal_with(std::move(sealer));
  return {};
}

}  // namespace plumb::run
