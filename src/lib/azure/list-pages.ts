import { brokenAnswer } from './errors.js'
import { actionOf, type ListedPage, listPage, type PageRequest } from './list-page.js'
import { attemptOf, type ListTarget } from './target.js'

export type PagesRequest = Omit<PageRequest, 'marker'>

/**
 * Lists page by page until there is no continuation marker: a page may be short or empty and still have one. Whatever could make the
 * listing incomplete is an error, because what is not listed is taken for not there. `first`: a page that is there already.
 */
export async function* listPages(target: ListTarget, request: PagesRequest, first?: ListedPage): AsyncGenerator<ListedPage> {
  const seen = new Set<string>()
  let page = first ?? (await listPage(target, { ...request, marker: undefined }))
  yield page
  for (let { marker } = page; marker !== undefined; marker = page.marker) {
    if (seen.has(marker)) throw brokenAnswer(attemptOf(target, actionOf(request)), 'it repeats a continuation marker')
    seen.add(marker)
    page = await listPage(target, { ...request, marker })
    yield page
  }
}
