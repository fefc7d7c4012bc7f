export function keysAndRoles(): void {}
