// What is known of images by their names: the user that they run as, and whether anybody else can pull them.

import { describe, expect, it } from 'vitest'
import { type ImageReference, parseImage } from '../src/kube/image.ts'
import { imageName, isLocalLooking, isWithdrawn } from '../src/kube/local-image.ts'
import { imageUser } from '../transforms/run-as-non-root/images.ts'

function image(reference: string): ImageReference {
  const parsed = parseImage(reference)
  if (parsed === undefined) throw new Error(`no image reference: ${reference}`)
  return parsed
}

const DIGEST = `sha256:${'4'.repeat(64)}`

/** Kind and uid of an image's user, as `named 1000`. */
function userOf(reference: string): string {
  const user = imageUser(image(reference))
  if (user === undefined) return 'unknown'
  if (user === 'unversioned') return user
  return 'uid' in user ? `${user.kind} ${user.uid}` : user.kind
}

describe('imageUser', () => {
  it.each([
    ['redis:7.2', 'changes 999'],
    ['redis:7.2-alpine3.19', 'changes 999'],
    ['postgres:16', 'changes 999'],
    ['postgres:16-alpine', 'changes 70'],
    ['docker.io/library/mongo:6', 'changes 999'],
    ['mirror.gcr.io/library/mongo:6', 'changes 999'],
    ['registry.corp:5000/dockerhub/confluentinc/cp-kafka:7.4.0', 'named 1000'],
    ['confluentinc/cp-zookeeper:6.0.0', 'named 1000'],
    ['confluentinc/cp-kafka:5.5.1', 'root'],
    ['confluentinc/cp-kafka:5.5.1-1-ubi8', 'named 1000'],
    [`confluentinc/cp-kafka:7.4.0@${DIGEST}`, 'named 1000'],
    ['haproxy:2.3', 'root'],
    ['haproxy:2.10-alpine', 'named 99'],
    ['haproxy:lts', 'named 99'],
    ['bitnami/kafka:3.6', 'numeric 1001'],
    ['public.ecr.aws/bitnami/redis:7', 'numeric 1001'],
    ['bitnami/os-shell:12', 'shell'],
    ['docker.elastic.co/elasticsearch/elasticsearch:8.13.0', 'numeric 1000'],
    ['docker.elastic.co/elasticsearch/elasticsearch:7.17.0', 'changes 1000'],
    ['influxdb:1.8', 'root'],
    ['influxdb:1.11', 'named 1500'],
    ['influxdb:2.7', 'changes 1000'],
    ['quay.io/prometheus/prometheus:v2.53.0', 'named 65534'],
    ['gcr.io/distroless/static:nonroot', 'numeric 65532'],
    ['gcr.io/distroless/static-debian12:nonroot-amd64', 'numeric 65532'],
    ['gcr.io/distroless/static:latest', 'base'],
    ['nginx', 'root'],
    ['python:3.12', 'base'],
    ['busybox', 'shell'],
  ])('%s is %s', (reference, expected) => {
    expect(userOf(reference)).toBe(expected)
  })

  it('never takes the image of another organisation, or of a registry of its own, for the official one', () => {
    for (const reference of ['someone/redis:7', 'registry.corp/redis:7', 'redis/redis-stack:7', 'redislabs/redis']) {
      expect(userOf(reference), reference).toBe('unknown')
    }
  })

  it('asks for the version where the user depends on it and the reference does not say it', () => {
    expect(userOf(`confluentinc/cp-kafka@${DIGEST}`)).toBe('unversioned')
    expect(userOf(`redis@${DIGEST}`)).toBe('unversioned')
    expect(userOf('elasticsearch')).toBe('unversioned')
    expect(userOf(`mongo@${DIGEST}`)).toBe('changes 999')
  })
})

describe('isLocalLooking', () => {
  it.each(['shop', 'shop:1.2', 'platform/api-gateway:latest', 'localhost/shop', `shop@${DIGEST}`])('%s', reference => {
    expect(isLocalLooking(image(reference))).toBe(true)
  })

  it.each(['nginx', 'library/nginx', 'bitnami/redis', 'ghcr.io/me/shop', 'registry:5000/shop', 'localhost:5000/shop'])(
    'is not %s',
    reference => {
      expect(isLocalLooking(image(reference))).toBe(false)
    },
  )
})

describe('isWithdrawn', () => {
  it('is the organisation bitnami on Docker Hub, and no copy of it', () => {
    expect(['bitnami/redis:7', 'docker.io/bitnami/redis:7'].map(image).map(isWithdrawn)).toEqual([true, true])
    const others = ['bitnamilegacy/redis:7', 'public.ecr.aws/bitnami/redis:7', 'mirror/docker.io/bitnami/redis']
    expect(others.map(image).map(isWithdrawn)).toEqual([false, false, false])
  })
})

describe('imageName', () => {
  it('gives back what was written', () => {
    for (const reference of [
      'nginx',
      'a/b:1',
      `ghcr.io/a/b:1@${DIGEST}`,
      'localhost:5000/x:2',
      'docker.io/library/x',
    ]) {
      expect(imageName(image(reference))).toBe(reference)
    }
  })
})
