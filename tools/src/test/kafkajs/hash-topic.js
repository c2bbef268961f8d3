// Reads a topic's partition 0 from the start to its end through a consumer group and prints the record count and the
// SHA-256 of all values, each followed by the delimiter.   node hash-topic.js BOOTSTRAP TOPIC DELIMITER
const crypto = require('crypto')
const { Kafka, logLevel } = require('kafkajs')

const [bootstrap, topic, delimiter] = process.argv.slice(2)
const kafka = new Kafka({ clientId: 'hash-topic', brokers: [bootstrap], logLevel: logLevel.ERROR })

async function main() {
  const admin = kafka.admin()
  await admin.connect()
  const end = Number((await admin.fetchTopicOffsets(topic))[0].high)
  await admin.disconnect()

  const hash = crypto.createHash('sha256')
  let count = 0
  const consumer = kafka.consumer({ groupId: `hash-${topic}-${process.pid}`, maxBytesPerPartition: 4 << 20 })
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  const done = new Promise((resolve, reject) => {
    consumer.on(consumer.events.CRASH, e => reject(e.payload.error))
    consumer.run({
      eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
        for (const message of batch.messages) {
          if (Number(message.offset) !== count) throw new Error(`offset ${message.offset}, expected ${count}`)
          hash.update(message.value)
          hash.update(delimiter)
          count++
          resolveOffset(message.offset)
        }
        await heartbeat()
        if (count >= end) resolve()
      },
    })
  })
  await done
  await consumer.disconnect()
  console.log(`${count} ${hash.digest('hex')}`)
}

main().then(() => process.exit(0), e => { console.error(e); process.exit(1) })
