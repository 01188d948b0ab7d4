/** Metadata of a blob as wasb writes it. */
export function wasbMetadata(isMarker: boolean): Record<string, string> {
  const permission = `{"owner":"flink","group":"supergroup","permissions":"${isMarker ? 'rwxr-xr-x' : 'rw-r--r--'}"}`
  return isMarker ? { hdi_isfolder: 'true', hdi_permission: permission } : { hdi_permission: permission }
}
