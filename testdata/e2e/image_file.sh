# image_file NAME FILE: a small image of containers, as an engine's `save` writes it.
image_file() {
  local layer config
  mkdir -p image/root/bin
  printf 'a program\n' >image/root/bin/app
  tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C image/root -cf image/layer.tar .
  layer=$(sha256sum <image/layer.tar | cut -d' ' -f1)
  printf '{"architecture":"amd64","os":"linux","config":{"Cmd":["/bin/app"]},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
    "$layer" >image/config.json
  config=$(sha256sum <image/config.json | cut -d' ' -f1)
  mv image/config.json "image/$config.json"
  printf '[{"Config":"%s.json","RepoTags":["%s"],"Layers":["layer.tar"]}]' "$config" "$1" >image/manifest.json
  tar -C image -cf "$2" "$config.json" manifest.json layer.tar
}
