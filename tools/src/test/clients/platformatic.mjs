// As kafkajs.js, with @platformatic/kafka.   node platformatic.mjs BOOTSTRAP TOPIC
import { Admin, Consumer, Producer, compressionsAlgorithms, stringDeserializers, stringSerializers } from '@platformatic/kafka'

const [bootstrap, topic] = process.argv.slice(2)
const group = `${topic}-group`
const base = { clientId: 'day', bootstrapBrokers: [bootstrap] }
const TOPIC_RESOURCE = 2
const PER_CODEC = 1000
const MORE = 100

function check(isTrue, what) { if (!isTrue) throw new Error(what) }
function step(name, detail) { console.log(`${name}\t${detail}`) }
function records(name, count) {
  return Array.from({ length: count }, (_, i) => ({ topic, key: `k${i}`, value: `${name} ${i}`, headers: { codec: name } }))
}

/** The values that a new member of the group gets, until there are so many and for a second after. */
async function consume(count) {
  const values = []
  const ends = new Map()
  const consumer = new Consumer({ ...base, groupId: group, deserializers: stringDeserializers })
  const stream = await consumer.consume({
    topics: [topic], mode: 'committed', fallbackMode: 'earliest', autocommit: false, maxWaitTime: 200,
  })
  await new Promise((resolve, reject) => {
    stream.on('error', reject)
    stream.on('data', message => {
      values.push(message.value)
      ends.set(message.partition, { offset: message.offset + 1n, leaderEpoch: 0 })
      if (values.length === count) setTimeout(resolve, 1000)
    })
  })
  await consumer.commit({ offsets: [...ends].map(([partition, end]) => ({ topic, partition, ...end })) })
  await stream.close()
  await consumer.close(true)
  return values
}

async function committed(admin) {
  const [{ topics }] = await admin.listConsumerGroupOffsets({ groups: [group] })
  return topics.flatMap(t => t.partitions).reduce((sum, p) => sum + Number(p.committedOffset), 0)
}

async function main() {
  const admin = new Admin(base)
  await admin.createTopics({
    topics: [topic], partitions: 2, replicas: 1, configs: [{ name: 'retention.ms', value: '86400000' }],
  })
  await admin.createPartitions({ topics: [{ name: topic, count: 3, assignments: null }] })
  const metadata = await admin.metadata({ topics: [topic], forceUpdate: true })
  check(metadata.topics.get(topic).partitionsCount === 3, 'partitions')
  const [{ configs }] = await admin.describeConfigs({
    resources: [{ resourceType: TOPIC_RESOURCE, resourceName: topic, configurationKeys: ['retention.ms'] }],
  })
  check(configs[0].value === '86400000', 'config')
  check((await admin.listTopics()).includes(topic), 'list')
  step('admin', 'topic created, grown, described, listed')

  const codecs = ['none', ...Object.entries(compressionsAlgorithms).filter(([n, a]) => n !== 'none' && a.available).map(([n]) => n)]
  const producer = new Producer({ ...base, serializers: stringSerializers, idempotent: true })
  for (const name of codecs) {
    await producer.send({ messages: records(name, PER_CODEC), compression: name, acks: -1 })
  }
  step('produce', codecs.join(' '))

  const total = PER_CODEC * codecs.length
  const first = await consume(total)
  check(new Set(first).size === total && first.length === total, `${first.length} records`)
  step('consume', `${total} records`)
  check(await committed(admin) === total, `committed ${await committed(admin)}`)
  step('commit', `offsets sum up to ${total}`)

  await producer.send({ messages: records('more', MORE), acks: -1 })
  await producer.close()
  const second = await consume(MORE)
  check(second.length === MORE && second.every(v => v.startsWith('more ')), `${second.length} records after resuming`)
  check(await committed(admin) === total + MORE, 'committed after resuming')
  step('resume', `${MORE} new records, none twice`)

  await admin.deleteGroups({ groups: [group] })
  check(!(await admin.listGroups()).has(group), 'group is there')
  await admin.deleteTopics({ topics: [topic] })
  check(!(await admin.listTopics()).includes(topic), 'topic is there')
  step('delete', 'group and topic gone')
  await admin.close()
}

main().then(() => process.exit(0), e => { console.error(e); process.exit(1) })
