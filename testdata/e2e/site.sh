# The documentation site: built, whole, and tried in a browser where one is here. Nothing is fetched: `make site` has.
. "${PLUMB_SOURCE:?}/testdata/e2e/common.sh"
command -v npm >/dev/null || skip 'no npm here, which brings what builds the site'
SITE_TOOLS=$(realpath -m "$PLUMB_BIN/../site-tools")
[ -e "$SITE_TOOLS/installed" ] || skip '`make site` was not run here, which fetches what builds the site'
export SITE_TOOLS

exits 0 "$PLUMB_SOURCE/docs/site/build" "$work/site"
says ' pages of '
version=$(ls site | grep -E '^[0-9.]+$')
[ -s "site/$version/guide/getting-started.html" ] && [ -s site/versions.json ] || fail 'pages are missing'

# A link that leads nowhere fails the build.
mkdir tree tree/docs
for part in README.md CONTRIBUTING.md CMakeLists.txt schemas testdata; do ln -s "$PLUMB_SOURCE/$part" tree/; done
cp -r "$PLUMB_SOURCE"/docs/. tree/docs/
echo '[nowhere](guide/nowhere.md)' >>tree/docs/security.md
exits 1 tree/docs/site/build "$work/broken"
says 'guide/nowhere.md leads nowhere'

chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || {
  echo 'The site was built and not tried: no chromium here.'
  exit 0
}
exits 0 timeout 900 node "$PLUMB_SOURCE/docs/site/browse.mjs" "$work/site" "$version" "$chromium"
says 'The site works in a browser.'
