# Logins that libssh has not, through the ssh program: a Kerberos ticket from a realm of the test's own, a key that lies in a
# PKCS#11 token, and one of a FIDO authenticator without hardware.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"

[ -x /usr/sbin/sshd ] || skip 'no sshd'
for program in krb5kdc kdb5_util kadmin.local kinit softhsm2-util openssl ssh-agent; do
  PATH=$PATH:/usr/sbin command -v $program >/dev/null || skip "no $program"
done
PATH=$PATH:/usr/sbin
[ "$(id -u)" = 0 ] || skip 'a login of another user than root may be locked'
mkdir -p /run/sshd
user=$(id -un)

ended=()
trap 'kill "${ended[@]}" 2>/dev/null; rm -rf "$work"' EXIT
port() { perl -MSocket -e 'socket(S,PF_INET,SOCK_STREAM,0); bind(S,sockaddr_in(0,INADDR_LOOPBACK)); print((sockaddr_in(getsockname(S)))[0])'; }

# A realm with one user and one host, which knows itself by its name alone.
kdc=$(port)
cat >krb5.conf <<CONF
[libdefaults]
  default_realm = PLUMB.TEST
  dns_lookup_kdc = false
  dns_canonicalize_hostname = false
  rdns = false
[realms]
  PLUMB.TEST = {
    kdc = 127.0.0.1:$kdc
  }
CONF
cat >kdc.conf <<CONF
[kdcdefaults]
  kdc_listen = 127.0.0.1:$kdc
  kdc_tcp_listen = 127.0.0.1:$kdc
[realms]
  PLUMB.TEST = {
    database_name = $work/principals
    key_stash_file = $work/stash
    acl_file = $work/acl
  }
CONF
export KRB5_CONFIG=$work/krb5.conf KRB5_KDC_PROFILE=$work/kdc.conf KRB5_KTNAME=$work/keytab KRB5CCNAME=$work/ticket
kdb5_util create -s -r PLUMB.TEST -P master >/dev/null
for query in "addprinc -pw secret $user" 'addprinc -randkey host/localhost' "ktadd -k $work/keytab host/localhost"; do
  kadmin.local -q "$query" &>/dev/null
done
krb5kdc -n >kdc.log 2>&1 &
ended+=($!)

# A token with one key, whose PIN is asked for once, by ssh-add.
export SOFTHSM2_CONF=$work/softhsm.conf
mkdir tokens
printf 'directories.tokendir = %s\nlog.level = ERROR\n' "$work/tokens" >softhsm.conf
token=/usr/lib/softhsm/libsofthsm2.so
[ -e "$token" ] || skip 'no libsofthsm2.so'
openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem 2>/dev/null ||
  openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem 2>/dev/null
softhsm2-util --init-token --free --label plumb --pin 4711 --so-pin 4711 >/dev/null
softhsm2-util --import key.pem --token plumb --label plumb --id 01 --pin 4711 >/dev/null
ssh-keygen -D "$token" 2>/dev/null >token.pub

authenticator=$PLUMB_BIN/../tests/authenticator.so
[ -e "$authenticator" ] || skip 'no authenticator was built'
ssh-keygen -q -t ed25519-sk -N '' -f touched -w "$authenticator"
cat token.pub touched.pub >authorized_keys

ssh-keygen -q -t ed25519 -N '' -f host
sshd=$(port)
cat >sshd.conf <<CONF
Port $sshd
ListenAddress 127.0.0.1
HostKey $work/host
PidFile none
UsePAM no
StrictModes no
PermitRootLogin yes
PasswordAuthentication no
GSSAPIAuthentication yes
GSSAPIStrictAcceptorCheck no
AuthorizedKeysFile $work/authorized_keys
SetEnv XDG_CACHE_HOME=$work/cache
CONF
/usr/sbin/sshd -D -f "$work/sshd.conf" 2>sshd.log &
ended+=($!)
for _ in $(seq 600); do
  ssh-keyscan -p "$sshd" localhost 2>/dev/null | grep -q . && break
  sleep 0.05
done
printf '[localhost]:%s %s\n' "$sshd" "$(cut -d' ' -f1,2 host.pub)" >known
cat >config <<CONFIG
Host ticket
  GSSAPIAuthentication yes
  PubkeyAuthentication no
Host token
  PKCS11Provider $token
Host touched
  IdentityFile $work/touched
  SecurityKeyProvider $authenticator
Host *
  HostName localhost
  Port $sshd
  UserKnownHostsFile $work/known
CONFIG
cat >hosts.yaml <<YAML
plumb: v1
defaults: {ssh_config: $work/config}
hosts:
  ticket: {connection: openssh}
  token:
  touched: {connection: openssh}
YAML
printf 'plumb: v1\nproject: logins\nresources: []\n' >plumb.yaml

# Without a ticket, and without the token's key in the agent, nobody is asked and each is told the way.
unset SSH_AUTH_SOCK
exits 4 "$plumb" facts
says 'error[PL3005]'
says '= host: ticket'
says '= host: token'
says 'get a ticket with kinit'

kinit "$user" <<<secret >/dev/null
eval "$(ssh-agent -s)" >/dev/null
ended+=("$SSH_AGENT_PID")
printf '#!/bin/sh\necho 4711\n' >pin
chmod 755 pin
SSH_ASKPASS=$work/pin SSH_ASKPASS_REQUIRE=force ssh-add -q -s "$token" 2>/dev/null
exits 0 "$plumb" facts
[ "$(grep -c "user.name = $user" <<<"$output")" = 3 ] || fail "not all three have answered: $output"
