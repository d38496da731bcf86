// What git is allowed: the surroundings and settings of every call.

/** Variables that git may see: how to reach the network and whom to trust there. None of them makes git print secrets. */
const INHERITED: readonly string[] = [
  'PATH',
  'TMPDIR',
  'SystemRoot',
  'http_proxy',
  'https_proxy',
  'HTTPS_PROXY',
  'all_proxy',
  'ALL_PROXY',
  'no_proxy',
  'NO_PROXY',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'CURL_CA_BUNDLE',
  'GIT_SSL_CAINFO',
  'GIT_SSL_CAPATH',
]

/** `home` is the private folder, so that neither a configuration nor a password file of the user is found. */
export function gitEnvironment(home: string, askpass: string): NodeJS.ProcessEnv {
  const kept = INHERITED.flatMap(name => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))
  return {
    ...Object.fromEntries(kept),
    HOME: home,
    XDG_CONFIG_HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: askpass,
    GIT_OPTIONAL_LOCKS: '0',
    LC_ALL: 'C',
  }
}

/** Without work tree, hooks, filters and helpers; one protocol; what comes in is checked. */
const SETTINGS: readonly string[] = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.symlinks=false',
  'core.attributesFile=/dev/null',
  'credential.helper=',
  'protocol.allow=never',
  'protocol.version=2',
  'http.followRedirects=initial',
  // a connection that stalls ends long before the time limit of the call
  'http.lowSpeedLimit=1',
  'http.lowSpeedTime=60',
  'transfer.fsckObjects=true',
  'safe.bareRepository=explicit',
  'submodule.recurse=false',
  'gc.auto=0',
  'maintenance.auto=false',
  // without it a push onto a base that the remote has left would fetch and send all that the base holds
  'push.negotiate=true',
]

/** Options before git's command. */
export function gitOptions(gitDirectory: string, protocol: string): string[] {
  const settings = [...SETTINGS, `protocol.${protocol}.allow=always`]
  return [`--git-dir=${gitDirectory}`, ...settings.flatMap(setting => ['-c', setting])]
}
