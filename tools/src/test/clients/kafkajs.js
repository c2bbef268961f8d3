// One client's day: a topic, records in each codec, a group that reads, commits and resumes; all of it taken away again.
// A line for each step, the exit code 1 at the first that fails.   node kafkajs.js BOOTSTRAP TOPIC
const { CompressionTypes, ConfigResourceTypes, Kafka, logLevel } = require('kafkajs')

const [bootstrap, topic] = process.argv.slice(2)
const group = `${topic}-group`
const kafka = new Kafka({ clientId: 'day', brokers: [bootstrap], logLevel: logLevel.ERROR })
const PER_CODEC = 1000
const MORE = 100

function check(isTrue, what) { if (!isTrue) throw new Error(what) }
function step(name, detail) { console.log(`${name}\t${detail}`) }
function records(name, count) {
  return Array.from({ length: count }, (_, i) => ({ key: `k${i}`, value: `${name} ${i}`, headers: { codec: name } }))
}

/** The values that a new member of the group gets, until there are so many and for a second after. */
async function consume(count) {
  const values = []
  const consumer = kafka.consumer({ groupId: group })
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await new Promise((resolve, reject) => {
    consumer.on(consumer.events.CRASH, e => reject(e.payload.error))
    consumer.run({
      autoCommit: false,
      eachMessage: async ({ partition, message }) => {
        values.push({ value: message.value.toString(), partition, offset: Number(message.offset) })
        if (values.length === count) setTimeout(resolve, 1000)
      },
    }).catch(reject)
  })
  const ends = new Map()
  for (const { partition, offset } of values) ends.set(partition, Math.max(ends.get(partition) ?? 0, offset + 1))
  await consumer.commitOffsets([...ends].map(([partition, offset]) => ({ topic, partition, offset: String(offset) })))
  await consumer.disconnect()
  return values.map(v => v.value)
}

async function committed(admin) {
  const [{ partitions }] = await admin.fetchOffsets({ groupId: group, topics: [topic] })
  return partitions.reduce((sum, p) => sum + Number(p.offset), 0)
}

async function main() {
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({
    topics: [{ topic, numPartitions: 2, configEntries: [{ name: 'retention.ms', value: '86400000' }] }],
  })
  await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] })
  const { topics: [described] } = await admin.fetchTopicMetadata({ topics: [topic] })
  check(described.partitions.length === 3, 'partitions')
  const { resources: [{ configEntries }] } = await admin.describeConfigs({
    includeSynonyms: false, resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: ['retention.ms'] }],
  })
  check(configEntries[0].configValue === '86400000', 'config')
  check((await admin.listTopics()).includes(topic), 'list')
  step('admin', 'topic created, grown, described, listed')

  const codecs = { none: CompressionTypes.None, gzip: CompressionTypes.GZIP }
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  for (const [name, compression] of Object.entries(codecs)) {
    await producer.send({ topic, compression, acks: -1, messages: records(name, PER_CODEC) })
  }
  step('produce', Object.keys(codecs).join(' '))

  const total = PER_CODEC * Object.keys(codecs).length
  const first = await consume(total)
  check(new Set(first).size === total && first.length === total, `${first.length} records`)
  step('consume', `${total} records`)
  check(await committed(admin) === total, `committed ${await committed(admin)}`)
  step('commit', `offsets sum up to ${total}`)

  await producer.send({ topic, acks: -1, messages: records('more', MORE) })
  await producer.disconnect()
  const second = await consume(MORE)
  check(second.length === MORE && second.every(v => v.startsWith('more ')), `${second.length} records after resuming`)
  check(await committed(admin) === total + MORE, 'committed after resuming')
  step('resume', `${MORE} new records, none twice`)

  await admin.deleteGroups([group])
  check(!(await admin.listGroups()).groups.some(g => g.groupId === group), 'group is there')
  await admin.deleteTopics({ topics: [topic] })
  check(!(await admin.listTopics()).includes(topic), 'topic is there')
  step('delete', 'group and topic gone')
  await admin.disconnect()
}

main().then(() => process.exit(0), e => { console.error(e); process.exit(1) })
