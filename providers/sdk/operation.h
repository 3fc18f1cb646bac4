// Operations: the smallest effects, as data. Providers decide on them, plans show them, and one interpreter
// in the executor (engine/exec) carries them out. A closed set.
//
// Any text member that names a value may hold a digest instead: `content` always does. A sensitive value
// stands as its keyed digest ("hmac-sha256:…") and is put in by the interpreter just before use.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "providers/sdk/edit.h"

namespace plumb {

// Owner and group as names or decimal numbers; mode as four octal digits. Absent: left as it is, or for a
// new entry what the system gives. Without a mode no file keeps setuid, setgid or capabilities through a change of its
// owner, its group or its content.
struct Ownership {
  std::optional<std::string> owner;
  std::optional<std::string> group;
  std::optional<std::string> mode;
  std::optional<std::string> acl = {};               // "none": they go; or access_list.h
  std::optional<std::string> label = {};             // of SELinux: "user:role:type:level"
  std::map<std::string, std::string> extended = {};  // attributes that it has: {"user.mime_type", "text/plain"}
  std::vector<std::string> without = {};             // and those that it has not
  friend bool operator==(const Ownership&, const Ownership&) = default;
};

// Atomic replace: a temporary file in the same folder, synced, renamed. Keeps extended attributes and ACLs
// of the file it replaces, and its ownership and mode where none are given.
struct WriteFile {
  std::string path;
  std::string content;  // digest; "" where `text` is the content
  Ownership ownership;
  bool follow = false;   // write to where a symbolic link points
  bool backup = false;   // keep the old file as PATH.plumb-<UTC time>-<random>
  std::string validate;  // command with %s for the new content's path; "" for none
  std::string text = {};
  // Not atomic: the new bytes are written over the old ones, which keep their inode, their other names and all else
  // that is not asked for. For what a rename cannot replace.
  bool in_place = false;
  friend bool operator==(const WriteFile&, const WriteFile&) = default;
};

// A file from elsewhere: fetched by a program of the host (fetching.h) into a temporary file beside the target, which
// takes its place as in WriteFile once all of it has come and is what the digest says.
struct Fetch {
  std::string path;
  std::string url;     // http, https or ftp
  std::string digest;  // "sha256:…" or "sha512:…"; "" where nothing holds what comes
  Ownership ownership;
  bool follow = false;  // as in WriteFile, and so are the next two
  bool backup = false;
  std::string validate;
  std::map<std::string, std::string> headers;
  std::string sealed_headers;  // the keyed digest of a whole map of texts, merged over `headers`; "" for none
  std::string username;        // "" for nobody
  std::string password;
  std::string proxy;             // URL of one; "" for none
  std::string ca_file;           // on the host; "" for the host's own authorities
  bool any_certificate = false;  // who answers is not checked
  int timeout_seconds = 0;       // of all of it; 0: no bound but that something has to come
  bool in_place = false;         // as in WriteFile
  friend bool operator==(const Fetch&, const Fetch&) = default;
};

// What an archive holds, put into a folder: unpacked beside it, and moved there once all of it is there. An archive
// with a name that would lead out of the folder, or through a link of its own, is refused before anything is written.
struct Unpack {
  std::string path;                  // the folder; made where there is none
  std::string archive;               // file of the host; "" where `content` is the archive
  std::string content;               // digest
  std::string digest;                // that the file of the host must have; "" where that is not known
  Ownership ownership;               // of all that comes; `mode` is not looked at
  int strip = 0;                     // leading parts of names that are left out; what has no more of them does not come
  std::vector<std::string> include;  // globs of names, as they stand in the archive; none: all
  std::vector<std::string> exclude;
  std::string mark;  // a file in the folder that says afterwards what was unpacked; "" for none
  std::string says;  // its text
  friend bool operator==(const Unpack&, const Unpack&) = default;
};

// Edits one after another, each on what the one before it left, and one atomic write of what comes of them; nothing
// where all of them hold already. Owner, mode, access lists and extended attributes stay. Neighbouring ones of one file
// become one write.
struct EditFile {
  std::string path;
  std::vector<Edit> edits;
  bool create = false;  // a file that is missing counts as an empty one, and is made
  std::string mode;     // four octal digits, of a file that is made; "" for 0644
  bool follow = false;  // as in WriteFile, and so are the next two
  bool backup = false;
  std::string validate;
  bool beside_secrets = false;  // the file has sensitive parts of others: what a program says of it is not told
  std::string acl;              // "none": the file has no access list afterwards
  std::string owner;            // of a file that is made; "" for the executor's own
  std::string group;
  bool in_place = false;  // as in WriteFile
  friend bool operator==(const EditFile&, const EditFile&) = default;
};

struct MakeDirectory {
  std::string path;
  Ownership ownership;
  bool parents = false;  // missing parents are made with 0755 and the executor's owner
  friend bool operator==(const MakeDirectory&, const MakeDirectory&) = default;
};

struct MakeLink {
  std::string path;
  std::string target;  // as given; relative stays relative
  bool hard = false;
  bool replace = false;  // put it atomically in the place of a file, link or empty directory
  friend bool operator==(const MakeLink&, const MakeLink&) = default;
};

struct Remove {
  std::string path;
  bool recursive = false;  // a whole tree, never across a mount or through a link
  bool backup = false;     // files only, as in WriteFile
  friend bool operator==(const Remove&, const Remove&) = default;
};

struct SetAttributes {
  std::string path;
  Ownership ownership;
  bool follow = false;
  friend bool operator==(const SetAttributes&, const SetAttributes&) = default;
};

// Sealed values: an argv of exactly one item that is a keyed digest stands for the whole sealed value, which
// is a list (then the argv) or a text (then the script); `script`, `stdin_text` and each value of `env` may be
// a keyed digest of a text; `sealed_env` is the keyed digest of a whole map of texts, merged over `env`.
struct Run {
  std::vector<std::string> argv;           // or, with `script`, empty
  std::string script;                      // for sh -c
  std::string cwd;                         // "" for /
  std::map<std::string, std::string> env;  // added to a clean PATH, LANG=C.UTF-8, HOME, USER, LOGNAME
  std::string user;                        // "" for the executor's own
  std::string stdin_text;
  int timeout_seconds = 0;        // 0: no bound of its own
  std::vector<int> expect = {0};  // exit codes that count as success
  std::string sealed_env;         // "" for none
  friend bool operator==(const Run&, const Run&) = default;
};

struct PackageRequest {
  std::string name;
  std::string version;    // "" for whatever the package manager chooses
  std::string file = {};  // of the host, that it is installed from; "" for the sources
  friend bool operator==(const PackageRequest&, const PackageRequest&) = default;
};

// One transaction of the host's package manager; neighbouring ones merge.
struct PackageTransaction {
  std::string manager;  // "apt"
  std::vector<PackageRequest> install = {};
  std::vector<std::string> remove = {};
  bool allow_downgrade = false;
  bool refresh = false;                   // refresh the package lists first
  std::vector<std::string> manual = {};   // to be kept although nothing may need them any more
  bool without_recommends = false;        // what packages only recommend stays away
  std::vector<std::string> purge = {};    // of those in `remove`: whose configuration files go too
  std::vector<std::string> release = {};  // no longer held, before anything else
  std::vector<std::string> hold = {};     // held, in the end
  // "safe": newer versions of what is there, and what those need; "full": also where packages have to make way.
  // `install` and `remove` then are all that may change, unless lists are read first, which bring versions of their
  // own.
  std::string upgrade = {};
  bool autoremove = false;  // beside `upgrade`: what came along and nothing needs any more goes too
  // Configuration files that somebody changed and that a package brings anew: "new": those of the package take their
  // place; "": they stay, as far as the manager can be told.
  std::string conffiles = {};
  std::string user = {};  // whom the manager's programs are run as; "" for whoever changes the host
  friend bool operator==(const PackageTransaction&, const PackageTransaction&) = default;
};

// daemon_reload: the manager reads all of its definitions again; the unit, if there is one, is the one it is done for.
// Whether that is needed is decided by whoever asks for it.
struct ServiceAction {
  std::string manager;    // "systemd"
  std::string unit;       // "nginx.service"
  std::string verb;       // start stop restart reload enable reenable disable mask unmask daemon_reload
  std::string user = {};  // whose own units these are; "" for the host's
  friend bool operator==(const ServiceAction&, const ServiceAction&) = default;
};

// A change to the user or group database of the host, under its lock and atomically. Verb and `set`:
//   user create   the attributes given of uid group groups home shell comment password_hash locked expires
//                 system create_home; what is not given the host's own defaults decide
//   user modify   the same attributes, those that change only; `groups` is the full list it shall be in;
//                 `locked` true puts "!" before the password's hash and false takes it away; `expires` is a
//                 date (YYYY-MM-DD) or "never"; `home` changes the entry, and with `move_home` the folder goes
//                 there, too; `create_home` true makes the folder, and with `take_home` gives one that is there
//                 and root's or nobody's to the user
//   user delete   remove_home (true: home folder and mail spool too), keep_group (true: its private group stays)
//   group create  gid system members
//   group modify  gid, members (the full list)
//   group delete  nothing
// `group` of a user is a name or a number; uid and gid are integers. `password_hash` may be a keyed digest.
struct EditDatabase {
  std::string database;  // "user" or "group"
  std::string verb;      // create modify delete
  std::string name;
  Json set = Json::object();  // attributes of the kind's schema that change, with their new values
  friend bool operator==(const EditDatabase&, const EditDatabase&) = default;
};

// Asks the host whether what was changed works, and changes nothing itself. One of argv, script, tcp, http and exists
// is given. It is tried until it passes `stable` times in a row, or for `within_seconds`.
struct Probe {
  std::vector<std::string> argv;
  std::string script;               // for sh -c
  std::vector<int> expect = {0};    // exit codes that pass
  std::string tcp;                  // ADDRESS:PORT; passes once a connection is accepted
  std::string http;                 // http://ADDRESS[:PORT][/PATH], or https
  std::string host;                 // the Host header; "" for the address of `http`
  std::vector<int> status = {200};  // that pass
  std::string body;                 // text that the answer, or the file at `exists`, must hold; "" for any
  int timeout_seconds = 10;         // of one try
  int within_seconds = 30;          // 0: one try
  int every_seconds = 1;            // between two tries
  int stable = 0;                   // tries in a row that have to pass; 0 in a plan: one
  std::string exists = {};          // a path of the host; passes once something is there
  friend bool operator==(const Probe&, const Probe&) = default;
};

// Goes on once the probe has passed or, with `gone`, would not pass. It changes nothing.
struct Wait {
  Probe probe;
  bool gone = false;
  friend bool operator==(const Wait&, const Wait&) = default;
};

// The host is restarted, once all that was done before it is recorded. The actions behind it go on over a new login.
struct Reboot {
  int within_seconds = 600;  // in which the host has to take one
  std::string message = {};  // for those who are logged in; one line
  friend bool operator==(const Reboot&, const Reboot&) = default;
};

// A request to a web server, made by a program of the host (calling.h). What it answers is judged, and not kept.
struct Call {
  std::string url;  // http or https
  std::string method = "GET";
  std::map<std::string, std::string> headers = {};
  std::string sealed_headers = {};  // as in Fetch
  std::string body = {};
  std::string username = {};  // "" for nobody
  std::string password = {};
  std::string proxy = {};           // URL of one; "" for none
  std::string ca_file = {};         // on the host; "" for the host's own authorities
  bool any_certificate = false;     // who answers is not checked
  std::vector<int> status = {200};  // of an answer that is as it should be
  std::string contains = {};        // text that the answer must hold; "" for any
  int timeout_seconds = 30;
  friend bool operator==(const Call&, const Call&) = default;
};

// One call of the program of a provider from outside (docs/reference/provider-protocol.md). What it does is its own
// business; what is asked of it stands here.
struct CallProvider {
  std::string provider;
  std::string package;  // digest of all its files: that very program is called
  std::string kind;
  std::string verb;     // create update replace delete restart reload
  std::string address;  // of the resource
  std::string identity;
  Json desired = Json::object();          // all attributes that are asked for
  Json before = Json::object();           // of those that change, as they were observed; sensitive ones left out
  std::vector<std::string> changes = {};  // their names
  std::string user = {};                  // "" for the executor's own
  bool on_controller = false;             // it runs where plumb runs
  friend bool operator==(const CallProvider&, const CallProvider&) = default;
};

// A value of the running kernel. No image has one.
struct SetKernelValue {
  std::string key;    // as sysctl has it: "net.ipv4.ip_forward"; see kernel_value_path()
  std::string value;  // items of a list with one blank between them
  friend bool operator==(const SetKernelValue&, const SetKernelValue&) = default;
};

// What is mounted at a folder of the running host. To mount makes the folder where it is missing.
struct ChangeMount {
  std::string verb;  // mount unmount remount
  std::string point;
  std::string source = {};   // as in fstab
  std::string type = {};     // "" for what the host makes of it
  std::string options = {};  // "noatime,ro"; "" for the usual ones
  friend bool operator==(const ChangeMount&, const ChangeMount&) = default;
};

// make: a file of this size that only its owner reads, with the signature of swap space. on, off: whether the running
// host swaps to a file or device.
struct ChangeSwap {
  std::string verb;    // make on off
  std::string device;  // a path, or as in fstab
  int mebibytes = 0;   // make
  int priority = -1;   // on; -1 for what the kernel chooses
  friend bool operator==(const ChangeSwap&, const ChangeSwap&) = default;
};

// A module of the running kernel, with those that it needs.
struct ChangeModule {
  std::string verb;  // load unload
  std::string name;
  std::vector<std::string> parameters = {};  // load: "max_loop=64"
  friend bool operator==(const ChangeModule&, const ChangeModule&) = default;
};

// The rules of a host's firewall, by its manager.
//   add, remove   `rules`, in the manager's words. Of a manager that tells them apart those that are `kept` for the
//   next
//                 start or that are `running`; `zone`: where they belong. `first`: before those that are there.
//   set           `settings`, of which `was` is what they are now
//   load          what the manager's files of ours say takes the place of what runs of it
struct ChangeFirewall {
  std::string manager;  // "ufw"
  std::string verb;
  std::vector<std::string> rules = {};
  std::string zone = {};
  std::string where = {};
  bool first = false;
  std::map<std::string, std::string> settings = {};
  std::map<std::string, std::string> was = {};
  friend bool operator==(const ChangeFirewall&, const ChangeFirewall&) = default;
};

using Operation =
    std::variant<WriteFile, EditFile, MakeDirectory, MakeLink, Remove, SetAttributes, Run, PackageTransaction,
                 ServiceAction, EditDatabase, Probe, SetKernelValue, ChangeMount, ChangeSwap, ChangeModule, Fetch,
                 Unpack, ChangeFirewall, Wait, Reboot, Call, CallProvider>;

// What must be known of an operation beyond how it is carried out.
struct OperationTraits {
  bool files_only = false;  // it touches nothing but what lies at its path
  bool new_file = false;    // it writes a new file, which can lie ready beside the old one before it takes its place
  bool leaves_temporary = false;  // where it is killed, an entry of a temporary name may stay in the folder of its path
  bool host_undoes = false;       // a host can take it back by itself, from what it saw before
  bool repeatable = false;        // what sets it off may set it off once more
  bool may_run_programs = false;  // one of its type may
  bool takes_away = false;        // something is not where it was any more, or nowhere
};
OperationTraits traits(const Operation& operation);
bool host_can_undo(const Operation& operation);
// Whether it runs programs, as it is given.
bool runs_programs(const Operation& operation);

// The path it is about; null where it is about none.
const std::string* path_of(const Operation& operation);
// Whether it writes over what is there, and is not atomic; and how a plan says so.
bool is_in_place(const Operation& operation);
inline constexpr std::string_view kWrittenInPlace = "written over in place, which is not atomic";
// Whether it is about what a link at its path points to.
bool follows_link(const Operation& operation);
// The digest of the content that must be at hand; null where it needs none.
const std::string* content_of(const Operation& operation);

// {"write_file": {…}}: one member that names the operation. Members with default values are left out.
Json to_json(const Operation& operation);
// Strict: unknown operations and members are refused (kProtocol).
Result<Operation> operation_from_json(const Json& json);

// "http://127.0.0.1/ answers 200", "port 127.0.0.1:80 is open", "`nginx -t` succeeds": what a probe asks, for people.
std::string describe(const Probe& probe);
// "port 127.0.0.1:80 is closed"
std::string describe(const Wait& wait);

}  // namespace plumb
