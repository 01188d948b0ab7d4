/**
 * The type bytes of `MetadataV2V3SerializerBase`. One number space, three contexts (stream, keyed, operator) with different
 * allowed tags. Tags are not bound to a format version: a version 3 file of Flink 1.15 has tags 11 and 12.
 */
export const TAG = {
  null: 0,
  byteStream: 1,
  fileStream: 2,
  keyGroups: 3,
  partitionableOperatorState: 4,
  incrementalKeyGroups: 5,
  relativeStream: 6,
  savepointKeyGroups: 7,
  changelog: 8,
  changelogByteIncrement: 9,
  changelogFileIncrement: 10,
  incrementalKeyGroupsV2: 11,
  keyGroupsV2: 12,
  changelogFileIncrementV2: 13,
  changelogV2: 14,
  segmentFile: 15,
  emptySegmentFile: 16,
  segmentPartitionableOperatorState: 17,
} as const

/** The type bytes of `MetadataV6Serializer`'s channel handles. */
export const CHANNEL_TAG = { input: { plain: 1, merged: 3 }, output: { plain: 2, merged: 4 } } as const
