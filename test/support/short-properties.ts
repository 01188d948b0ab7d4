import fc from 'fast-check'

/** For Stryker: every property ends after 100 ms, and tries the same examples each time. */
fc.configureGlobal({ interruptAfterTimeLimit: 100, seed: 1 })
