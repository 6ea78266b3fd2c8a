import type { APIRoute } from 'astro';
import behaviour from 'wallclock/behaviour.json' with { type: 'json' };
import schema from 'wallclock/strategy.schema.json' with { type: 'json' };

/** As the package has them: a port in another language has no use for npm. */
const DATA: { readonly [name: string]: unknown } = { behaviour, 'strategy.schema': schema };

export const getStaticPaths = () => Object.keys(DATA).map((data) => ({ params: { data } }));

export const GET: APIRoute = ({ params }) => Response.json(DATA[params.data!]);
