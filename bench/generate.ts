// Manifests as teams write them, one application a file, different in names, images and small things.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Writes `count` manifests below `root`, a hundred a folder; the same ones for the same count. Answers their bytes. */
export function generate(root: string, count: number): number {
  let bytes = 0
  for (let number = 0; number < count; number += 1) {
    const folder = join(root, `team-${Math.floor(number / 100)}`)
    if (number % 100 === 0) mkdirSync(folder, { recursive: true })
    const text = manifest(number)
    bytes += text.length
    writeFileSync(join(folder, `service-${number}.yaml`), text)
  }
  return bytes
}

function manifest(number: number): string {
  const name = `service-${number}`
  const port = 8000 + (number % 500)
  return `# ${name}: one of many
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: team-${Math.floor(number / 100)}
  labels:
    app.kubernetes.io/name: ${name}
    app.kubernetes.io/part-of: shop # the whole shop
spec:
  replicas: 1
  selector:
    matchLabels:
      app.kubernetes.io/name: ${name}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: ${name}
        app.kubernetes.io/part-of: shop
    spec:
      securityContext:
        runAsUser: 1000
      containers:
        - name: ${name}
          image: registry.example.com/shop/${name}:1.${number % 40}.0
          imagePullPolicy: ${number % 3 === 0 ? 'Never' : 'IfNotPresent'}
          ports:
            - name: http
              containerPort: ${port}
          env:
            - name: LOG_LEVEL
              value: "info"
            # set by hand after the last incident
            - name: WORKERS
              value: "${1 + (number % 8)}"
          readinessProbe:
            httpGet:
              path: /health
              port: http
            initialDelaySeconds: 5
---
apiVersion: v1
kind: Service
metadata:
  name: ${name}
  namespace: team-${Math.floor(number / 100)}
spec:
  selector:
    app.kubernetes.io/name: ${name}
  ports:
    - name: http
      port: 80
      targetPort: http
`
}
