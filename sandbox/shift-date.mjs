/**
 * Preloaded into Azurite to write blobs that are old at once: Azurite stamps Last-Modified from JavaScript's clock, while the HTTP
 * Date header comes from the real one. Write with the clock set back, start again on the same folder with the true clock.
 */
const offsetMs = Number(process.env.SHIFT_DATE_MS ?? 0)
const TrueDate = Date

globalThis.Date = class ShiftedDate extends TrueDate {
  constructor(...args) {
    if (args.length === 0) super(TrueDate.now() + offsetMs)
    else super(...args)
  }

  static now() {
    return TrueDate.now() + offsetMs
  }
}
