// systemd's managers of accounts: the commands and files of systemd, and other places.
#include "providers/service/systemd/systemd.h"

namespace plumb::providers::service::systemd_user {

const BackEnd& back_end() {
  static const systemd::Systemd of_users(true);
  return of_users;
}

}  // namespace plumb::providers::service::systemd_user
