import { type Answer, refused } from './messages.js'
import type { Service } from './service.js'

const SOFT_DELETE =
  '\ufeff<?xml version="1.0" encoding="utf-8"?><StorageServiceProperties><Logging><Version>1.0</Version><Delete>false</Delete><Read>false</Read><Write>false</Write><RetentionPolicy><Enabled>false</Enabled></RetentionPolicy></Logging><Cors /><DefaultServiceVersion>2026-04-06</DefaultServiceVersion><DeleteRetentionPolicy><Enabled>true</Enabled><Days>14</Days></DeleteRetentionPolicy></StorageServiceProperties>'

/** Answers what is asked of the account: its properties (soft delete is on), its kind, its containers. */
export function accountAnswer({ container, faults }: Service, query: URLSearchParams): Answer {
  const asked = `${query.get('restype') ?? ''} ${query.get('comp') ?? ''}`
  const xml = (text: string): Answer => ({ status: 200, headers: { 'content-type': 'application/xml' }, body: Buffer.from(text) })
  switch (asked) {
    case 'service properties':
      return xml(SOFT_DELETE)
    case 'account properties':
      return {
        status: 200,
        headers: { 'x-ms-sku-name': 'Standard_LRS', 'x-ms-account-kind': 'StorageV2', 'x-ms-is-hns-enabled': String(faults.hierarchical) },
      }
    case ' list':
      return xml(
        `<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="http://127.0.0.1/"><Containers><Container><Name>${container}</Name><Properties><Last-Modified>Thu, 01 Jan 2026 00:00:00 GMT</Last-Modified><Etag>"0x8DC0000000000000"</Etag></Properties></Container></Containers><NextMarker /></EnumerationResults>`,
      )
    default:
      return refused(400, 'InvalidQueryParameterValue')
  }
}
