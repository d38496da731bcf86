// What a person does about certificates: they are there before pods wait for them, and are read anew before they end.

import {
  type FollowUp,
  type Precondition,
  type Resource,
  type Settings,
  shellWord,
  type Workspace,
} from '../../src/sdk.ts'
import { serverSecret } from './certificates.ts'
import { certificateFile } from './key-files.ts'
import { applyCommand, kubectlFor } from './runbook.ts'
import { TLS } from './settings.ts'

export function certificateSteps(workspace: Workspace, settings: Settings, resource: Resource): FollowUp[] {
  const kubectl = kubectlFor(resource)
  const secret = serverSecret(resource.name)
  const isOwn = settings.get(TLS, resource).provider === 'cert-manager'
  const file = certificateFile(workspace, resource) ?? resource.origin.file
  const name = shellWord(secret)
  return [
    {
      stage: 'secrets',
      text: `before the members of ${resource.name} start again, have the Secret ${secret} made: pods wait for it in ContainerCreating`,
      commands: isOwn
        ? [
            applyCommand(workspace, resource, [file]),
            `${kubectl} wait --for=condition=Ready certificate/${name} --timeout=5m`,
          ]
        : [`${kubectl} get secret ${name}`],
    },
    {
      stage: 'rest',
      text: `the members of ${resource.name} read their key files when they start: let them start again, one by one, before the certificate is renewed (11 months)`,
      commands: [`${kubectl} rollout restart ${resource.kind.toLowerCase()}/${shellWord(resource.name)}`],
    },
  ]
}

export function certificateAssumption(settings: Settings, resource: Resource, names: string): Precondition {
  const { provider } = settings.get(TLS, resource)
  if (provider === 'cert-manager') {
    return {
      text: 'cert-manager 1.15 or newer runs in the cluster',
      state: 'assumed',
      command: 'kubectl get crd certificates.cert-manager.io',
    }
  }
  return {
    text: `the Secret ${serverSecret(resource.name)} holds tls-combined.pem and ca.crt, with an unencrypted PKCS#8 key, for servers and clients, and ${names}`,
    state: 'assumed',
    command: `${kubectlFor(resource)} get secret ${shellWord(serverSecret(resource.name))}`,
  }
}
