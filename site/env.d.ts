/// <reference types="astro/client" />

declare namespace App {
  interface Locals {
    /** Whether the page has the styles of recorded runs already. */
    runStyles?: boolean;
  }
}
