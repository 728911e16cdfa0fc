// The place of an encrypted hand-off is its age recipients; that of a plain one is empty.

export function placeOfRecipients(recipients: readonly string[]): string {
  return recipients.join(' ');
}

export function recipientsOf(place: string): string[] {
  return place.split(' ').filter((recipient) => recipient !== '');
}
