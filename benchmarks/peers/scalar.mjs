// Scalar's mock server is a library; this is the program that its documentation shows.
// Arguments: the document, and the port.
import { readFileSync } from 'node:fs'
import { serve } from '@hono/node-server'
import { createMockServer } from '@scalar/mock-server'

const [document, port] = process.argv.slice(-2)
const app = await createMockServer({ document: readFileSync(document, 'utf8'), logger: false })
serve({ fetch: app.fetch, port: Number(port), hostname: '127.0.0.1' })
