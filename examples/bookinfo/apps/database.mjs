/** Stands in for the databases of ratings v2: every connection is answered with the ratings, one line of JSON. */
import { createServer } from 'node:net';

const ratings = { Reviewer1: Number(process.env.RATING_1 ?? 5), Reviewer2: Number(process.env.RATING_2 ?? 4) };

const server = createServer((socket) => {
  socket.on('error', () => socket.destroy());
  socket.end(`${JSON.stringify(ratings)}\n`);
});
const port = Number(process.env.PORT ?? 27017);
server.listen(port, process.env.POD_IP, () => console.log(`database listens on port ${port}`));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
