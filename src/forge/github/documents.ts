// The GraphQL documents sent to GitHub, for what REST does not tell or do.

/** Works with every kind of token; `GET /user` does not with an App's. */
export const ACCOUNT = `query Account {
  viewer { login databaseId name }
}`

/** Filters by the exact name of the branch; the `head` filter of REST is known to miss some. */
export const PULL_REQUESTS = `query PullRequests($owner: String!, $name: String!, $branch: String!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequests(headRefName: $branch, first: 50, after: $after, orderBy: { field: CREATED_AT, direction: DESC }) {
      nodes {
        number url state title body isDraft isCrossRepository headRefName headRefOid baseRefName createdAt
        author { __typename login }
        labels(first: 100) { nodes { name } }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}`

export const STATE = `query State($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      state mergeable mergeStateStatus isInMergeQueue
      autoMergeRequest { enabledAt }
      author { login }
      reviews(first: 100, states: [APPROVED, CHANGES_REQUESTED, COMMENTED]) {
        nodes { author { __typename login } }
      }
    }
  }
}`

export const TO_DRAFT = `mutation ToDraft($id: ID!) {
  convertPullRequestToDraft(input: { pullRequestId: $id }) { pullRequest { isDraft } }
}`

export const TO_READY = `mutation ToReady($id: ID!) {
  markPullRequestReadyForReview(input: { pullRequestId: $id }) { pullRequest { isDraft } }
}`

/** The only compare-and-swap over refs that GitHub's API has. */
export const UPDATE_REFS = `mutation UpdateRefs($input: UpdateRefsInput!) {
  updateRefs(input: $input) { clientMutationId }
}`
