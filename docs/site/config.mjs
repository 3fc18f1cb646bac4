// How VitePress makes the site. Its pages and its navigation are made by stage.mjs.
import { readFileSync } from 'node:fs'
import { anchorOf } from './anchor.mjs'

const { nav, sidebar } = JSON.parse(readFileSync(new URL('navigation.json', import.meta.url), 'utf8'))
const version = process.env.SITE_VERSION
// A plumb line.
const drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M8 0v8M5 8h6l-3 8z" stroke="#14509e" fill="#14509e"/></svg>'
const icon = `data:image/svg+xml,${encodeURIComponent(drawing)}`

export default {
  title: 'Plumbline',
  titleTemplate: `:title · Plumbline ${version}`,
  description: 'plumb keeps Linux hosts as you declared them, by plans that can be read.',
  lang: 'en',
  head: [['link', { rel: 'icon', href: icon }]],
  srcDir: 'pages',
  base: `${process.env.SITE_BASE}${version}/`,
  appearance: true,
  markdown: {
    // Pages say `<NAME>` and `{{ x }}` and mean just that.
    html: false,
    attrs: { disable: true },
    languageAlias: { cel: 'js', jinja2: 'jinja' },
    anchor: { slugify: anchorOf },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    config(markdown) {
      const literal = (text) => markdown.utils.escapeHtml(text).replaceAll('{', '&#123;')
      markdown.renderer.rules.text = (tokens, index) => literal(tokens[index].content)
      markdown.renderer.rules.code_inline = (tokens, index) => `<code v-pre>${literal(tokens[index].content)}</code>`
    },
  },
  vite: { build: { chunkSizeWarningLimit: 4096 } },
  themeConfig: {
    nav: [...nav, { component: 'Versions' }],
    sidebar,
    outline: [2, 3],
    search: { provider: 'local', options: { detailedView: false } },
    footer: { message: 'Apache-2.0' },
  },
}
