/** A file that the bundler copies; the default export is its address. */
declare module '*?url' {
  const address: string;
  export default address;
}
