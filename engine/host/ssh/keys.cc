#include "engine/host/ssh/keys.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>

#include <libssh/libssh.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "engine/base/descriptors.h"
#include "engine/base/digest.h"
#include "engine/base/file.h"
#include "engine/host/stream_connection.h"

namespace plumb::host::ssh {

namespace {

// Message numbers of the agent protocol (draft-ietf-sshm-ssh-agent).
constexpr char kFailure = 5;
constexpr char kRequestIdentities = 11;
constexpr char kIdentitiesAnswer = 12;
constexpr char kSignRequest = 13;
constexpr std::size_t kLargestMessage = std::size_t{256} << 10;
// A hardware token may want a touch before it signs; listing keys needs nobody.
constexpr std::chrono::seconds kAgentPatience{60};

using KeyPointer = std::unique_ptr<ssh_key_struct, void (*)(ssh_key)>;

int note_passphrase_wanted(const char*, char*, std::size_t, int, int, void* wanted) {
  *static_cast<bool*>(wanted) = true;
  return -1;
}

KeyPointer read_public(const std::string& path) {
  ssh_key key = nullptr;
  if (ssh_pki_import_pubkey_file(path.c_str(), &key) != SSH_OK) key = nullptr;
  return {key, ssh_key_free};
}

std::uint32_t number_at(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

std::string big_endian(std::size_t value) {
  std::string out;
  for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(value >> shift);
  return out;
}

std::string with_length(std::string_view bytes) {
  return big_endian(bytes.size()).append(bytes);
}

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = send_bytes(fd, bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

// Waits no longer than `patience` for what comes next.
bool receive_all(int fd, char* into, std::size_t size, Deadline patience, const Interrupt* cancel) {
  while (size > 0) {
    pollfd one{fd, POLLIN, 0};
    if (!wait_ready({&one, 1}, patience, cancel)) return false;
    const ssize_t count = ::recv(fd, into, size, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    into += count;
    size -= static_cast<std::size_t>(count);
  }
  return true;
}

std::optional<std::string> receive_message(int fd, Deadline patience, const Interrupt* cancel) {
  std::array<char, 4> head;
  if (!receive_all(fd, head.data(), head.size(), patience, cancel)) return std::nullopt;
  std::string body(number_at({head.data(), head.size()}), '\0');
  if (body.empty() || body.size() > kLargestMessage || !receive_all(fd, body.data(), body.size(), patience, cancel))
    return std::nullopt;
  return body;
}

std::optional<std::string> take_string(std::string_view& rest) {
  if (rest.size() < 4) return std::nullopt;
  const std::size_t size = number_at(rest);
  if (rest.size() - 4 < size) return std::nullopt;
  std::string out(rest.substr(4, size));
  rest.remove_prefix(4 + size);
  return out;
}

constexpr std::string_view kCertificate = "-cert-v01@openssh.com";

// How many strings of a certificate are the key that it is for.
int key_parts(std::string_view type) {
  if (type.starts_with("sk-ecdsa")) return 3;
  return type.starts_with("ssh-ed25519") ? 1 : 2;
}

// The blob of the key that a certificate's blob is for; any other blob as it is.
std::string plain_key(const std::string& blob) {
  std::string_view rest = blob;
  std::optional<std::string> type = take_string(rest);
  if (!type || !type->ends_with(kCertificate)) return blob;
  type->erase(type->size() - kCertificate.size());
  const int parts = key_parts(*type);
  if (type->starts_with("sk-")) *type += "@openssh.com";
  std::string key = with_length(*type);
  take_string(rest);  // the nonce
  for (int i = 0; i < parts; ++i) key += with_length(take_string(rest).value_or(""));
  return key;
}

// The blob in a file of one line, "TYPE BASE64 comment".
std::string read_blob(const std::string& path) {
  Result<std::string> text = read_file(path, kLargestMessage);
  if (!text) return {};
  const std::size_t begin = text->find(' ');
  if (begin == std::string::npos) return {};
  return base64_decode(std::string_view(*text).substr(begin + 1, text->find_first_of(" \r\n", begin + 1) - begin - 1))
      .value_or("");
}

// A request to sign with a certificate as the agent understands it, which has the key alone.
std::string with_signer(std::string_view request, const std::vector<AgentIdentity>& identities) {
  std::string_view rest = request.substr(1);
  const std::optional<std::string> blob = take_string(rest);
  const auto found = std::find_if(identities.begin(), identities.end(), [&](const AgentIdentity& identity) {
    return blob && !identity.signer.empty() && identity.blob == *blob;
  });
  if (found == identities.end()) return std::string(request);
  return std::string(1, kSignRequest) + with_length(found->signer) + std::string(rest);
}

std::vector<AgentIdentity> parse_identities(std::string_view answer) {
  std::vector<AgentIdentity> identities;
  if (answer.size() < 5 || answer.front() != kIdentitiesAnswer) return identities;
  std::uint32_t count = number_at(answer.substr(1));
  for (std::string_view rest = answer.substr(5); count > 0; --count) {
    std::optional<std::string> blob = take_string(rest);
    std::optional<std::string> comment = take_string(rest);
    if (!blob || !comment) break;
    std::string base64 = base64_encode(*blob);
    std::string key = base64_encode(plain_key(*blob));
    identities.push_back({std::move(*blob), std::move(base64), std::move(*comment), std::move(key), {}});
  }
  return identities;
}

// Answers for an agent that holds `identities` alone, and hands requests to sign on to the real one.
// Ends where the client does, or on `cancel`.
void serve(int client, int agent, const std::vector<AgentIdentity>& identities, const Interrupt* cancel) {
  while (const std::optional<std::string> request = receive_message(client, Deadline::never(), cancel)) {
    std::string answer(1, kFailure);
    if (request->front() == kRequestIdentities) {
      answer = std::string(1, kIdentitiesAnswer) + big_endian(identities.size());
      for (const AgentIdentity& identity : identities)
        answer += with_length(identity.blob) + with_length(identity.comment);
    } else if (request->front() == kSignRequest && send_all(agent, with_length(with_signer(*request, identities)))) {
      if (std::optional<std::string> signature = receive_message(agent, Deadline::after(kAgentPatience), cancel))
        answer = std::move(*signature);
    }
    if (!send_all(client, with_length(answer))) return;
  }
  // libssh waits for its answer without looking up.
  ::shutdown(client, SHUT_RDWR);
}

// A copy of the key that carries the certificate; null where there is none, or it was made for another key.
std::shared_ptr<ssh_key_struct> with_certificate(ssh_key_struct* key, const std::string& base64,
                                                 const std::string& path) {
  if (base64_encode(plain_key(read_blob(path))) != base64) return nullptr;
  ssh_key raw = nullptr;
  if (ssh_pki_import_cert_file(path.c_str(), &raw) != SSH_OK) return nullptr;
  const KeyPointer certificate(raw, ssh_key_free);
  std::shared_ptr<ssh_key_struct> copy(ssh_key_dup(key), ssh_key_free);
  return copy && ssh_pki_copy_cert_to_privkey(certificate.get(), copy.get()) == SSH_OK ? copy : nullptr;
}

}  // namespace

std::string public_base64(ssh_key_struct* key) {
  char* text = nullptr;
  if (ssh_pki_export_pubkey_base64(key, &text) != SSH_OK) return {};
  std::string out = text;
  ssh_string_free_char(text);
  return out;
}

std::string fingerprint(ssh_key_struct* key) {
  unsigned char* hash = nullptr;
  std::size_t size = 0;
  if (ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &size) != 0) return {};
  char* text = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, size);
  std::string out = text == nullptr ? "" : text;
  ssh_string_free_char(text);
  ssh_clean_pubkey_hash(&hash);
  return out;
}

std::string exported(ssh_key_struct* key) {
  char* text = nullptr;
  if (ssh_pki_export_privkey_base64(key, nullptr, nullptr, nullptr, &text) != SSH_OK) return {};
  std::string copy(text);
  ssh_string_free_char(text);
  return copy;
}

KeyFile load_key_file(const std::string& path, const std::vector<std::string>& certificates, const char* passphrase) {
  KeyFile file;
  file.path = path;
  std::error_code ignored;
  const auto take_public = [&](ssh_key_struct* key) {
    file.public_base64 = public_base64(key);
    file.fingerprint = fingerprint(key);
  };
  if (!std::filesystem::exists(path, ignored)) {
    file.problem = KeyFile::Problem::kMissing;
    if (const KeyPointer key = read_public(path + ".pub")) take_public(key.get());
    return file;
  }
  bool encrypted = false;
  ssh_key key = nullptr;
  if (ssh_pki_import_privkey_file(path.c_str(), passphrase, note_passphrase_wanted, &encrypted, &key) != SSH_OK) {
    file.problem = encrypted ? KeyFile::Problem::kEncrypted : KeyFile::Problem::kUnusable;
    // IdentityFile may also name a public key whose private half only the agent has.
    KeyPointer pub = read_public(path + ".pub");
    if (!pub) pub = read_public(path);
    if (pub) take_public(pub.get());
    return file;
  }
  file.key = {key, ssh_key_free};
  take_public(key);
  std::vector<std::string> candidates{path + "-cert.pub"};
  candidates.insert(candidates.end(), certificates.begin(), certificates.end());
  for (const std::string& candidate : candidates) {
    if (std::shared_ptr<ssh_key_struct> with = with_certificate(key, file.public_base64, candidate))
      file.certified.push_back(with);
  }
  return file;
}

std::unique_ptr<Agent> Agent::connect(const std::string& socket, const Interrupt* cancel) {
  sockaddr_un address{};
  if (socket.empty() || socket.size() >= sizeof address.sun_path) return nullptr;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket.data(), socket.size());
  UniqueFd fd = make_socket(AF_UNIX, Waiting::kAsUsual);
  if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return nullptr;
  if (!send_all(fd.get(), with_length({&kRequestIdentities, 1}))) return nullptr;
  const std::optional<std::string> answer = receive_message(fd.get(), Deadline::after(kAgentPatience), cancel);
  if (!answer) return nullptr;
  std::unique_ptr<Agent> agent(new Agent(std::move(fd), cancel));
  agent->identities_ = parse_identities(*answer);
  return agent;
}

std::vector<AgentIdentity> Agent::identities(const std::vector<std::string>& certificates) const {
  std::vector<AgentIdentity> all;
  for (const std::string& path : certificates) {
    const std::string blob = read_blob(path);
    const std::string key = base64_encode(plain_key(blob));
    const auto signer = std::find_if(identities_.begin(), identities_.end(),
                                     [&](const AgentIdentity& identity) { return identity.base64 == key; });
    if (blob.empty() || signer == identities_.end() || signer->blob == blob) continue;
    all.push_back({blob, base64_encode(blob), path, key, signer->blob});
  }
  all.insert(all.end(), identities_.begin(), identities_.end());
  return all;
}

Result<UniqueFd> Agent::offer(std::vector<AgentIdentity> identities) {
  withdraw();
  SocketPair pair = make_socket_pair();
  if (!pair) {
    return fail(Code::kAuthentication, std::string("cannot speak with the agent: ") + std::strerror(errno));
  }
  filter_ = std::move(pair.one);
  server_ = Beside([client = filter_.get(), agent = socket_.get(), all = std::move(identities), cancel = cancel_] {
    serve(client, agent, all, cancel);
  });
  if (!server_.begun()) {
    withdraw();
    return fail(Code::kAuthentication, "cannot speak with the agent: there are too many threads");
  }
  return std::move(pair.other);
}

void Agent::withdraw() {
  if (!filter_) return;
  ::shutdown(filter_.get(), SHUT_RDWR);
  server_.wait();
  filter_.reset();
}

Agent::~Agent() {
  withdraw();
}

}  // namespace plumb::host::ssh
