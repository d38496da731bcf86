// The phases of a run, so that a benchmark can say where the time goes.

export type Phase = 'read' | 'index' | 'plan' | 'validate' | 'splice' | 'prove' | 'done'
