// The script that makes members one replica set: it adds what is missing and may run any number of times.

/** Runs in the image of the server; MEMBERS, PORT and REPLICA_SET come from the Job, the user only with access control. */
export const INIT_SHELL = `# Makes the members one replica set, one after the other; a second run adds what is missing.
set -eu
shell=mongosh
command -v mongosh >/dev/null 2>&1 || shell=mongo
functions=$(cat /scripts/replica-set.js)
first=\${MEMBERS%% *}

wait_for() {
  until "$shell" --quiet --host "$1" --port "$PORT" --eval 'db.adminCommand({ping: 1})' >/dev/null 2>&1; do
    echo "waiting for $1"
    sleep 5
  done
}

run() {
  call=$1
  set --
  if [ -n "\${MONGO_USERNAME:-}" ]; then
    set -- --username "$MONGO_USERNAME" --password "$MONGO_PASSWORD" --authenticationDatabase admin
  fi
  "$shell" --quiet --host "$first" --port "$PORT" "$@" --eval "$functions
$call"
}

wait_for "$first"
run "initiate('$REPLICA_SET', '$first:$PORT')"
for member in $MEMBERS; do
  wait_for "$member"
  run "addMember('$member:$PORT')"
done
echo "replica set $REPLICA_SET: $MEMBERS"
`

/** Kept to what both shells know: mongosh throws the errors that mongo returns, and awaits no callbacks. */
export const INIT_FUNCTIONS = `function ask(command) {
  try {
    return db.adminCommand(command)
  } catch (error) {
    return error
  }
}

function must(answer) {
  if (answer.ok !== 1) throw new Error(answer.errmsg || answer.message || 'no answer')
  return answer
}

function initiate(name, host) {
  var status = ask({replSetGetStatus: 1})
  for (var i = 0; status.codeName === 'NoReplicationEnabled' && i < 150; i++) {
    print(host + ' still runs without --replSet')
    sleep(2000)
    status = ask({replSetGetStatus: 1})
  }
  if (status.codeName !== 'NotYetInitialized') {
    must(status)
    return
  }
  var answer = ask({replSetInitiate: {_id: name, members: [{_id: 0, host: host, priority: 2}]}})
  if (answer.codeName !== 'AlreadyInitialized') must(answer)
}

function addMember(host) {
  var config = must(ask({replSetGetConfig: 1})).config
  var highest = 0
  for (var i = 0; i < config.members.length; i++) {
    if (config.members[i].host === host) {
      awaitMember(host)
      return
    }
    highest = Math.max(highest, config.members[i]._id)
  }
  awaitPrimary()
  config = must(ask({replSetGetConfig: 1})).config
  config.version += 1
  config.members.push({_id: highest + 1, host: host})
  must(ask({replSetReconfig: config}))
  awaitMember(host)
}

function awaitPrimary() {
  for (var i = 0; i < 60; i++) {
    if (ask({isMaster: 1}).ismaster === true) return
    sleep(2000)
  }
  throw new Error('the first member is not the primary')
}

function awaitMember(host) {
  for (var i = 0; i < 300; i++) {
    var members = must(ask({replSetGetStatus: 1})).members
    for (var j = 0; j < members.length; j++) {
      var ready = members[j].state === 1 || members[j].state === 2
      if (members[j].name === host && ready) return
    }
    sleep(2000)
  }
  throw new Error(host + ' has not caught up')
}
`
