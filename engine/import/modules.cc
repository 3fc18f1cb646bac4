// The table of Ansible's modules: which kind stands for each, and what becomes of its parameters. What takes more than
// that is in resource_*.cc.
#include <algorithm>

#include "engine/import/resource.h"

namespace plumb::imports {
namespace {

constexpr ModuleRow kTable[] = {
    {"file", "file", "path|dest|name", ""},
    {"copy", "file", "dest", ""},
    {"template", "file", "dest", ""},
    {"package apt yum dnf dnf5 zypper pacman apk xbps pkgng openbsd_pkg", "package", "name|pkg", ""},
    {"service systemd systemd_service sysvinit supervisorctl", "service", "name|service|unit", ""},
    {"command shell raw", "command", "", ""},
    {"script", "command", "", ""},
    {"wait_for", "wait", "", ""},
    {"reboot", "reboot", "", ""},
    {"uri", "http", "", ""},
    {"assemble", "file", "dest", ""},
    {"lineinfile", "line", "path|dest|destfile|name", ""},
    {"blockinfile", "block", "path|dest|destfile|name", ""},
    {"replace", "replace", "path|dest|destfile|name", ""},
    {"ini_file", "ini", "path|dest", ""},
    {"apt_repository deb822_repository", "apt_repository", "filename|name", ""},
    {"apt_key", "download", "url", ""},
    {"ufw iptables firewalld", "firewall", "", ""},
    {"unarchive", "archive", "dest", ""},
    {"group", "group", "name", "state=state:t gid=gid:i system=system:b ?local ?non_unique -force"},
    {"user", "user", "name|user",
     "state=state:t uid=uid:i group=group:t groups=groups:l append=append:b shell=shell:t home=home:t "
     "create_home=create_home|createhome:b comment=comment:t password_hash=password:t "
     "update_password=update_password:t system=system:b remove_home=remove:b locked=password_lock:b "
     "move_home=move_home:b "
     "password_max_days=password_expire_max:i password_min_days=password_expire_min:i "
     "password_warn_days=password_expire_warn:i password_inactive_days=password_expire_account_disable:i "
     "?local ?non_unique ?generate_ssh_key ?ssh_key_file ?ssh_key_bits ?ssh_key_type ?ssh_key_comment "
     "?ssh_key_passphrase "
     "?skeleton -force ?login_class ?expires"},
    {"get_url", "download", "dest",
     "url=url:t owner=owner:t group=group:t mode=mode:m validate_certs=validate_certs:b timeout=timeout:i "
     "username=url_username|username:t password=url_password|password:t headers=headers:t backup=backup:b "
     "-force_basic_auth -use_proxy -http_agent -tmp_dest -decompress ?client_cert ?client_key -unsafe_writes"},
    {"git", "git", "dest",
     "repository=repo|name:t force=force:b update=update:b depth=depth:i key_file=key_file:t submodules=recursive:b "
     "-accept_hostkey -accept_newhostkey -executable -single_branch ?track_submodules ?bare ?umask "
     "?verify_commit ?gpg_allowlist ?gpg_whitelist ?refspec ?clone ?ssh_opts ?separate_git_dir ?reference ?archive"},
    {"cron", "cron", "name",
     "state=state:t job=job:t user=user:t file=cron_file:t minute=minute:t hour=hour:t day=day|dom:t month=month:t "
     "weekday=weekday|dow:t special=special_time:t disabled=disabled:b backup=backup:b -reboot -insertafter "
     "-insertbefore"},
    {"cronvar", "cron", "name", "state=state:t value=value:t user=user:t file=cron_file:t backup=backup:b"},
    {"sysctl", "sysctl", "name|key",
     "value=value|val:t state=state:t file=sysctl_file:t optional=ignoreerrors:b -reload -sysctl_set"},
    {"mount", "mount", "path|name",
     "source=src:t type=fstype:t options=opts:t dump=dump:i pass=passno:i backup=backup:b "
     "state=state:t{mounted=mounted,present=present,unmounted=unmounted,absent=absent,ephemeral=ephemeral,"
     "remounted=mounted} ?fstab"},
    {"pip", "pip", "name",
     "state=state:t{present=present,absent=absent,latest=latest,forcereinstall=present} version=version:t "
     "requirements=requirements:t virtualenv=virtualenv:t python=virtualenv_python:t "
     "site_packages=virtualenv_site_packages:b "
     "-virtualenv_command -executable ?umask ?chdir ?editable -break_system_packages"},
    {"gem", "gem", "name",
     "state=state:t{present=present,absent=absent,latest=latest} version=version:t prerelease=pre_release:b "
     "source=repository:t program=executable:t path=install_dir:t -include_dependencies -user_install ?gem_source "
     "?build_flags ?bindir ?env_shebang ?norc -force -include_doc"},
    {"homebrew homebrew_cask", "package", "name|cask|pkg|package|formula", ""},
    {"yum_repository", "yum_repository", "name",
     "state=state:t description=description:t baseurl=baseurl:l mirrorlist=mirrorlist:t metalink=metalink:t "
     "enabled=enabled:b gpgcheck=gpgcheck:b repo_gpgcheck=repo_gpgcheck:b gpgkey=gpgkey:l "
     "exclude=exclude|excludepkgs:l "
     "includepkgs=includepkgs:l priority=priority:i cost=cost:i metadata_expire=metadata_expire:t "
     "module_hotfixes=module_hotfixes:b skip_if_unavailable=skip_if_unavailable:b proxy=proxy:t username=username:t "
     "sslverify=sslverify:b sslcacert=sslcacert:t file=file:t -mode -owner -group ?password ?reposdir"},
    {"zypper_repository", "yum_repository", "name",
     "state=state:t baseurl=repo:l description=description:t enabled=enabled:b priority=priority:i -runrefresh "
     "-autorefresh "
     "-auto_import_keys -disable_gpg_check -overwrite_multiple"},
    {"authorized_key", "authorized_key", "user",
     "state=state:t key=key:t options=key_options:l exclusive=exclusive:b path=path:t comment=comment:t "
     "follow=follow:b "
     "-manage_dir -validate_certs"},
    {"seboolean", "selinux_boolean", "name", "value=state:b persistent=persistent:b -ignore_selinux_state"},
    {"selinux", "selinux_mode", "state", "policy=policy:t -configfile -conf -update_kernel_param"},
    {"seport", "selinux_port", "ports", "state=state:t protocol=proto:t type=setype:t -reload -ignore_selinux_state"},
    {"modprobe", "kernel_module", "name", "state=state:t params=params:t"},
    {"known_hosts", "known_host", "name|host", "state=state:t key=key:t path=path:t -hash_host"},
    {"hostname", "hostname", "name", "-use"},
    {"timezone", "timezone", "name", "?hwclock"},
    {"locale_gen", "locale", "name", "state=state:t"},
    {"alternatives", "alternatives", "name",
     "path=path:t link=link:t priority=priority:i "
     "state=state:t{present=present,selected=selected,auto=auto,absent=absent} ?subcommands ?family"},
    {"debconf", "debconf", "question|setting|selection",
     "package=name|pkg:t "
     "type=vtype:t{boolean=boolean,error=text,multiselect=multiselect,note=note,password=password,seen=boolean,"
     "select=select,string=string,text=text,title=title} value=value|answer:t -unseen"},
    {"pam_limits", "limits", "", "value=value:t path=dest:t backup=backup:b ?use_max ?use_min -comment"},
    {"capabilities", "capabilities", "path|key", "capability=capability|cap:t state=state:t"},
    {"dpkg_divert", "dpkg_divert", "path|name",
     "divert=divert:t state=state:t holder=holder:t rename=rename:b delete=delete:b -force"},
    {"dpkg_selections", "package", "name", ""},
    {"openssl_privatekey", "private_key", "path",
     "state=state:t type=type:t{RSA=rsa,ECC=ecdsa,Ed25519=ed25519} bits=size:i passphrase=passphrase:t owner=owner:t "
     "group=group:t mode=mode:m -cipher -force -regenerate -format -format_mismatch -return_content "
     "-select_crypto_backend ?backup"},
    {"openssl_csr", "certificate_request", "path",
     "state=state:t key=privatekey_path:t passphrase=privatekey_passphrase:t common_name=common_name|CN:t "
     "names=subject_alt_name:l key_usage=key_usage:l extended_key_usage=extended_key_usage:l digest=digest:t "
     "owner=owner:t group=group:t mode=mode:m -force -backup -return_content -select_crypto_backend -version "
     "-use_common_name_for_san -key_usage_critical -extended_key_usage_critical -basic_constraints_critical "
     "-subject_alt_name_critical ?privatekey_content ?subject ?ocsp_must_staple ?name_constraints_permitted"},
    {"x509_certificate openssl_certificate", "certificate", "path",
     "state=state:t key=privatekey_path:t passphrase=privatekey_passphrase:t ca_certificate=ownca_path:t "
     "ca_key=ownca_privatekey_path:t ca_passphrase=ownca_privatekey_passphrase:t "
     "digest=selfsigned_digest|ownca_digest:t owner=owner:t group=group:t mode=mode:m -provider -csr_path -force "
     "-backup -return_content -select_crypto_backend -selfsigned_version -ownca_version -selfsigned_not_before "
     "-ownca_not_before ?csr_content ?privatekey_content ?ownca_content ?ownca_privatekey_content"},
    {"openssh_keypair", "ssh_keypair", "path",
     "state=state:t type=type:t{rsa=rsa,ed25519=ed25519,ecdsa=ecdsa} bits=size:i comment=comment:t owner=owner:t "
     "group=group:t mode=mode:m -force -regenerate -backend -private_key_format ?passphrase"},
    {"htpasswd", "htpasswd", "name|username",
     "path=path|dest|destfile:t password=password:t state=state:t "
     "hash=hash_scheme|crypt_scheme:t{apr_md5_crypt=apr1,bcrypt=bcrypt,sha256_crypt=sha256,sha512_crypt=sha512} "
     "-create"},
    {"apache2_module", "apache_module", "name",
     "state=state:t force=force:b -ignore_configcheck -identifier -warn_mpm_absent"},
    {"npm", "npm", "name",
     "path=path:t version=version:t state=state:t production=production:b registry=registry:t -global -executable "
     "-unsafe_perm -ci -force ?ignore_scripts ?no_bin_links ?no_optional"},
    {"lvg", "volume_group", "vg",
     "devices=pvs|pv:l -force -pvresize -remove_extra_pvs ?state ?vg_options ?pesize ?pv_options"},
    {"lvol", "logical_volume", "",
     "-vg -lv -size -force -shrink -resizefs -active ?state ?opts ?pvs ?thinpool ?snapshot"},
    {"filesystem", "filesystem", "dev|device", "type=fstype|type:t grow=resizefs:b destroy=force:b -uuid ?opts ?state"},
    {"postgresql_db", "postgresql_database", "name|db",
     "state=state:t{present=present,absent=absent} owner=owner:t encoding=encoding:t lc_collate=lc_collate:t "
     "lc_ctype=lc_ctype:t template=template:t connection_limit=conn_limit:i tablespace=tablespace:t -force"},
    {"postgresql_user", "postgresql_role", "name|user",
     "state=state:t{present=present,absent=absent} password=password:t connection_limit=conn_limit:i expires=expires:t "
     "member_of=groups:l"},
    {"postgresql_ext", "postgresql_extension", "name|ext",
     "state=state:t{present=present,absent=absent} database=db|database:t schema=schema:t version=version:t "
     "cascade=cascade:b"},
    {"postgresql_set", "postgresql_setting", "name", "value=value:t"},
    {"postgresql_privs", "postgresql_grant", "", ""},
    {"mysql_db", "mysql_database", "name|db",
     "state=state:t{present=present,absent=absent} encoding=encoding:t collation=collation:t"},
    {"mysql_user", "mysql_user", "name|user",
     "state=state:t{present=present,absent=absent} host=host:t password=password:t update_password=update_password:t "
     "plugin=plugin:t ?tls_requires ?resource_limits ?plugin_auth_string ?plugin_hash_string"},
    {"docker_container podman_container", "container", "name",
     "state=state:t{started=running,present=present,stopped=stopped,absent=absent,restarted=running,healthy=running,"
     "created=present} image=image:t "
     "pull=pull:t{yes=always,true=always,True=always,no=missing,false=missing,False=missing,always=always,"
     "missing=missing,not_present=missing,never=never} env=env:t volumes=volumes|volume:l "
     "ports=published_ports|ports|publish:l restart=restart_policy:t labels=labels|label:t memory=memory:t cpus=cpus:t "
     "hostname=hostname:t user=user:t workdir=working_dir|workdir:t privileged=privileged:b devices=devices|device:l "
     "add_capabilities=capabilities|cap_add:l drop_capabilities=cap_drop:l security=security_opts|security_opt:l "
     "dns=dns_servers|dns:l hosts=etc_hosts:t log_driver=log_driver:t log_options=log_options|log_opt:t "
     "init=init:b read_only=read_only:b tty=tty:b interactive=interactive:b shm_size=shm_size:t sysctls=sysctls:t "
     "tmpfs=tmpfs:l pid=pid_mode:t ipc=ipc_mode:t userns=userns_mode:t stop_signal=stop_signal:t "
     "stop_timeout=stop_timeout:i pids_limit=pids_limit:i "
     "-networks_cli_compatible -image_name_mismatch -recreate -comparisons -container_default_behavior -keep_volumes "
     "-force_kill -purge_networks -detach -default_host_ip -image_label_mismatch -pull_check_mode_behavior -timeout "
     "-healthy_wait_timeout -exposed_ports -expose -tls ?docker_host -ignore_image -debug -image_comparison "
     "-stop_signal_wait ?links ?env_file ?mounts ?domainname ?auto_remove ?cleanup ?output_logs ?volumes_from ?groups "
     "?cgroup_parent ?cgroupns_mode ?cpu_shares ?cpuset_cpus ?runtime ?memory_swap ?memory_reservation "
     "?generate_systemd "
     "?gpus ?device_requests ?dns_search_domains ?oom_killer ?oom_score_adj ?mac_address ?pod ?kill_signal "
     "?blkio_weight"},
    {"docker_image docker_image_pull docker_image_build podman_image", "container_image", "name",
     "state=state:t{present=present,absent=absent,build=present} archive=load_path|archive_path:t "
     "pull=pull:t{yes=missing,true=missing,True=missing,no=missing,false=missing,False=missing,always=always,"
     "not_present=missing} -force_absent -force_tag -timeout -tls ?docker_host -validate_certs ?repository ?push "
     "?push_args ?username ?password ?auth_file ?ca_cert_dir ?quadlet_dir ?platform ?etc_hosts ?buildargs"},
    {"docker_network podman_network", "container_network", "name|network_name",
     "state=state:t driver=driver:t options=driver_options|opt:t internal=internal:b ipv6=enable_ipv6|ipv6:b "
     "labels=labels|label:t attachable=attachable:b ipam_driver=ipam_driver:t subnet=subnet:l gateway=gateway:l "
     "ip_range=ip_range:l -force -appends -incremental -scope -tls ?docker_host -debug -timeout ?connected "
     "?ipam_driver_options ?disable_dns ?config_only ?config_from"},
    {"docker_volume podman_volume", "container_volume", "name|volume_name",
     "state=state:t driver=driver:t options=driver_options:t labels=labels|label:t -recreate -tls ?docker_host -debug "
     "-timeout ?options"},
    {"docker_login podman_login", "container_registry", "registry_url|registry|url",
     "state=state:t username=username:t password=password:t -reauthorize -email -config_path -tls ?docker_host -debug "
     "-timeout -authfile -tls_verify -validate_certs ?certdir ?ca_cert ?client_cert ?client_key"},
    {"docker_compose docker_compose_v2 podman_compose", "compose", "project_src",
     "state=state:t{present=running,absent=absent,stopped=stopped,restarted=running} project=project_name:t "
     "files=files:l env_files=env_files:l profiles=profiles:l "
     "pull=pull:t{yes=always,true=always,True=always,no=missing,"
     "false=missing,False=missing,always=always,missing=missing,policy=missing,never=missing} "
     "build=build:t{yes=true,true=true,True=true,no=false,false=false,False=false,always=true,never=false,policy=false}"
     " "
     "remove_orphans=remove_orphans:b remove_volumes=remove_volumes:b -wait -wait_timeout -recreate -dependencies "
     "-timeout -docker_cli ?docker_host -tls -debug -check_files_existing -remove_images -restarted -stopped "
     "-hostname_check -nocache ?definition ?services ?scale ?renew_anon_volumes"},
};

bool holds_word(std::string_view list, std::string_view word) {
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t end = std::min(list.find(' ', at), list.size());
    if (list.substr(at, end - at) == word) return true;
    at = end + 1;
  }
  return false;
}

}  // namespace

const ModuleRow* row_of(std::string_view module) {
  for (const ModuleRow& row : kTable) {
    if (holds_word(row.modules, module)) return &row;
  }
  return nullptr;
}

bool is_resource_module(const std::string& module) {
  static constexpr std::string_view kOthers =
      "mysql_variables pamd xml acl openssl_dhparam "
      "composer snap flatpak patch parted rabbitmq_user rabbitmq_vhost mongodb_user rpm_key git_config "
      "selinux_permissive sefcontext at openssl_pkcs12 java_cert nmcli runit archive interfaces_file redis_data "
      "getent_entry apt_rpm synchronize homebrew_tap";
  return row_of(module) != nullptr || holds_word(kOthers, module);
}

bool is_exec_module(const std::string& module) {
  return module == "command" || module == "shell" || module == "raw" || module == "script";
}

}  // namespace plumb::imports
