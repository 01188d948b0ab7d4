import fc from 'fast-check'

/** For Stryker: every property ends after half a second, and tries the same examples each time. */
fc.configureGlobal({ interruptAfterTimeLimit: 500, seed: 1 })
