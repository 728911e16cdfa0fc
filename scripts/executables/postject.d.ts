// postject has no types of its own.

declare module 'postject' {
  export function inject(
    path: string,
    resource: string,
    bytes: Buffer,
    options: { readonly sentinelFuse: string; readonly machoSegmentName?: string },
  ): Promise<void>;
}
