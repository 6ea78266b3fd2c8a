import type { APIRoute } from 'astro';
import behaviour from 'wallclock/behaviour.json?raw';
import schema from 'wallclock/strategy.schema.json?raw';

/** As the package has them: a port in another language has no use for npm. */
const DATA: { readonly [name: string]: string } = { behaviour, 'strategy.schema': schema };

export const getStaticPaths = () => Object.keys(DATA).map((data) => ({ params: { data } }));

export const GET: APIRoute = ({ params }) =>
  new Response(DATA[params.data!], { headers: { 'content-type': 'application/json' } });
