// The name of a heading in links, as GitHub makes it: "What is there?" -> "what-is-there".
export function anchorOf(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
    .replaceAll(' ', '-')
}
