export interface Patch {
  /** Below `src/lib`. */
  file: string
  /** Must be there exactly once: a patch that changes nothing proves nothing. */
  find: string
  put: string
}

export interface Fault {
  name: string
  /** How the model must fail; any way but `waste` and `unrest` unless said otherwise. */
  kind?: 'waste'
  /** Planted in the driver of the model. */
  option?: string
  patches?: Patch[]
  /**
   * Where it is looked for: in the everyday world, with the plan's word for what was given up; in the wilder one, against the truth about ways back; or
   * there with the truth whispered to the tool, so that only the rest can go wrong.
   */
  world?: 'plain' | 'truth' | 'oracle'
}

export function patch(file: string, find: string, put = ''): Patch {
  return { file, find, put }
}

/** One patch, in the wilder world. */
export function wild(name: string, file: string, find: string, put = ''): Fault {
  return { name, patches: [patch(file, find, put)], world: 'truth' }
}

/** One patch, where what stays is right. */
export function beside(name: string, file: string, find: string, put = ''): Fault {
  return { name, patches: [patch(file, find, put)], world: 'oracle' }
}
