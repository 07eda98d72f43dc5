/** The smallest free room that seats everybody. */
export function choose(rooms: { name: string; seats: number; free: boolean }[], people: number) {
  return rooms.filter((room) => room.free && room.seats >= people).sort((a, b) => a.seats - b.seats)[0];
}
