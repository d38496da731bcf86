// A git repository as the bot sees it: objects and refs of one remote, without a work tree.

/** 40 or 64 lower-case hex digits. */
export type ObjectId = string

/** A file of a tree. Modes: 100644, 100755, 120000 (symbolic link), 160000 (submodule). */
export interface TreeFile {
  /** with `/`, as git stores it */
  readonly path: string
  readonly mode: string
  readonly id: ObjectId
}

export interface Commit {
  readonly id: ObjectId
  readonly tree: ObjectId
  readonly parents: readonly ObjectId[]
  /** subject, body and trailers, as git stores them */
  readonly message: string
  /** seconds since 1970 */
  readonly committedAt: number
}

/** A branch of the remote beside the base branch. */
export interface BranchCommits {
  readonly head: ObjectId
  /** what the branch has and the base has not, oldest first; empty when the base has it all */
  readonly commits: readonly Commit[]
}

/** New content of a file. The mode stays; a new file gets 100644. */
export interface FileText {
  readonly path: string
  readonly text: string
}

export interface Identity {
  readonly name: string
  readonly email: string
}

export interface NewCommit {
  /** one; two when the base is merged into a branch that has to keep its commits */
  readonly parents: readonly ObjectId[]
  /** commit whose tree the files are laid over */
  readonly onto: ObjectId
  readonly files: readonly FileText[]
  readonly author: Identity
  /** seconds since 1970, for author and committer: the same commit made twice has one id */
  readonly date: number
  /** made once the tree is known, because the message names it */
  readonly message: (tree: ObjectId) => string
}

export interface RefUpdate {
  /** full name: `refs/heads/…` */
  readonly ref: string
  /** where the ref has to stand for the update to happen; undefined: it must not exist */
  readonly expected: ObjectId | undefined
  /** undefined deletes the ref */
  readonly next: ObjectId | undefined
}

export type PushOutcome =
  | { readonly type: 'pushed' }
  /** some ref is no longer where it was expected: nothing was pushed */
  | { readonly type: 'stale'; readonly text: string }
  /** the server does not let it through: a hook, a protected branch, a missing permission */
  | { readonly type: 'denied'; readonly text: string }

/**
 * One remote. Every method that talks to it throws a `RemoteError` when it cannot be reached, does not know the
 * repository or does not accept the credentials.
 */
export interface Repository {
  /** Refs of the remote whose full names begin with one of the prefixes, asked anew at each call. */
  refs(prefixes: readonly string[]): Promise<ReadonlyMap<string, ObjectId>>
  /** The commit that a branch of the remote stands at, fetched with its trees and without blobs. */
  fetchBase(branch: string): Promise<Commit>
  /** A branch of the remote beside the base that was fetched last; undefined when the remote has no such branch. */
  fetchBranch(branch: string): Promise<BranchCommits | undefined>
  /** The same of several at once, by name: one request however many they are. None when the remote lacks one of them. */
  fetchBranches(branches: readonly string[]): Promise<ReadonlyMap<string, BranchCommits>>
  /** All files of a commit, sorted by path. */
  files(commit: ObjectId): Promise<readonly TreeFile[]>
  /** Contents of blobs, in few requests however many they are. */
  blobs(ids: readonly ObjectId[]): Promise<ReadonlyMap<ObjectId, Uint8Array>>
  /** Subjects of the last commits of the base, newest first; at most `count`, fewer when that costs too much. */
  subjects(count: number): Promise<readonly string[]>
  /** Makes the objects of a commit; nothing of it is seen by anybody before it is pushed. */
  commit(commit: NewCommit): Promise<Commit>
  /** Moves refs of the remote, all or none, each only from where it is expected. */
  push(updates: readonly RefUpdate[]): Promise<PushOutcome>
  /** Removes what the repository keeps on disk. */
  close(): Promise<void>
}
