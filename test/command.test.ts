// What the words of a container's command are taken for.

import { describe, expect, it } from 'vitest'
import { commandsOf, firstWorkingCommand, simpleCommands } from '../src/kube/command.ts'
import type { Resource } from '../src/kube/resource.ts'
import { type Container, workloadOf } from '../src/kube/workload.ts'
import type { JsonObject } from '../src/yaml/value.ts'

function containerWith(value: JsonObject): Container {
  const pod: Resource = {
    origin: { file: 'pod.yaml', document: 0, path: [] },
    apiVersion: 'v1',
    group: '',
    kind: 'Pod',
    name: 'pod',
    namespace: undefined,
    value: { apiVersion: 'v1', kind: 'Pod', spec: { containers: [{ name: 'main', ...value }] } },
    partial: false,
    selected: true,
  }
  const container = workloadOf(pod)?.containers[0]
  if (container === undefined) throw new Error('the pod has no container')
  return container
}

const programs = (script: string) => commandsOf(script).map(command => command.program)

describe('commandsOf', () => {
  it('names the programs of loops, conditions, pipes and substitutions', () => {
    expect(programs('until nc -z db 5432; do echo waiting; sleep 2; done')).toEqual(['nc', 'echo', 'sleep'])
    expect(programs('if [ -f /x ]; then cat /x | grep y && exit 1; fi')).toEqual(['[', 'cat', 'grep', 'exit'])
    expect(programs('A=1 B=2 /usr/bin/env echo $(date) `hostname`')).toEqual(['echo', 'date', 'hostname'])
  })

  it('takes no program out of quoted text, comments and arithmetic', () => {
    expect(programs('echo "rm -rf; chown x"; # chown y\nsleep $((RANDOM % 5))')).toEqual(['echo', 'sleep'])
    expect(programs("# apk add\nprintf 'a; b'")).toEqual(['printf'])
  })

  it('keeps what a quoted substitution runs', () => {
    expect(programs('echo "now: $(chown a b)"')).toContain('chown')
  })

  it('reads lines that go on behind a backslash as one command', () => {
    expect(commandsOf('wget \\\n  -O /tmp/x \\\n  http://a').map(command => command.text)).toEqual([
      'wget -O /tmp/x http://a',
    ])
  })

  it('lists where outputs go, without the standard streams', () => {
    expect(commandsOf('date >> /data/log 2>&1').flatMap(command => command.redirects)).toEqual(['/data/log'])
    expect(commandsOf('nc -z a 1 > /dev/null').flatMap(command => command.redirects)).toEqual(['/dev/null'])
  })
})

describe('simpleCommands', () => {
  it('reads the script behind the options of a shell, in command and args', () => {
    expect(simpleCommands(containerWith({ command: ['/bin/bash', '-ec'], args: ['chown a b'] }))).toEqual([
      { program: 'chown', text: 'chown a b', redirects: [] },
    ])
  })

  it('takes a program without a shell as it stands', () => {
    expect(simpleCommands(containerWith({ command: ['/usr/bin/chown', 'a', 'b'] }))[0]?.program).toBe('chown')
  })

  it('says nothing of args that the entrypoint of the image takes', () => {
    expect(simpleCommands(containerWith({ args: ['server', '/data'] }))).toEqual([])
    expect(simpleCommands(containerWith({}))).toEqual([])
    expect(simpleCommands(containerWith({ command: 'sleep', args: { a: 1 } }))).toEqual([])
  })
})

describe('firstWorkingCommand', () => {
  const first = (script: string) => firstWorkingCommand(commandsOf(script))?.program

  it('finds none in scripts that wait, ask and print', () => {
    for (const script of [
      'while true; do sleep 5; done',
      'wget -qO- http://a | grep ok',
      'wget -q --spider http://a',
      'wget -O /dev/null http://a',
      'curl -sf http://a -o /tmp/x && echo done > /dev/null',
    ]) {
      expect(first(script), script).toBeUndefined()
    }
  })

  it('finds programs that do more, and downloads into the working folder', () => {
    expect(first('sleep 1; chown a b')).toBe('chown')
    expect(first('wget http://a/list.txt')).toBe('wget')
    expect(first('curl -O http://a/list.txt')).toBe('curl')
    expect(first('date > log')).toBe('date')
  })
})
