// The yardstick: one bare pass of the yaml package over every manifest below a folder, and nothing else.
const { readdirSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { parseAllDocuments } = require('yaml')

function walk(directory) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) walk(path)
    else if (/\.(ya?ml|json)$/.test(entry.name)) parseAllDocuments(readFileSync(path, 'utf8'), { uniqueKeys: false })
  }
}

walk(process.argv[2])
