/** Invented people's names: common given names and surnames of the four sites' regions, some outside ASCII. */
export const givenNames = (
  "Aoife Dana Marc Yuki Paulo Helen Ivan Zoë José Søren Amélie Björn Chidi Priya Kenji Haruka Sakura Takumi Ana Beatriz Caio " +
  "Renata Thiago Luísa João Conceição Liam Niamh Seán Ciara Orla Declan Emma Noah Olivia Ethan Mia Lucas Chloe Mason Grace " +
  "Owen Hannah Caleb Ruby Felix Greta Jonas Lena Mateo Inés Diego Lucía Pedro Marta Hugo Elif Emre Aylin Omar Layla Karim " +
  "Fatima Yusuf Mei Wei Jun Lin Xin Arjun Anjali Ravi Nisha Vikram Tomás Eva Milan Petra Nadia Viktor Olga Katya Sven Ingrid " +
  "Lars Astrid Kofi Ama Thabo Naledi Tendai Amara Rosa Bruno Clara Dario Elsa"
).split(" ");

export const surnames = (
  "Reyes Oliver Tanabe Mendes Park Kovač Murphy Byrne O'Sullivan Walsh Kelly Ryan Doyle Nakamura Sato Suzuki Ōta Kobayashi " +
  "Yamamoto Mori Ishikawa Silva Souza Costa Araújo Gonçalves Ribeiro Carvalho Teixeira Barbosa Nunes Smith Johnson Baker " +
  "Carter Turner Collins Hughes Foster Bennett Hayes Coleman Jenkins Perry Ramirez Torres Flores Rivera Gómez Díaz Muñoz Peña " +
  "Vega Castillo Müller Schäfer Weiß Fischer Krüger Novák Dvořák Horváth Nagy Popescu Ionescu Petrov Ivanov Sokolov Lindqvist " +
  "Ångström Østergaard Nielsen Jensen Hansen Okafor Adeyemi Mensah Ndlovu Dlamini Patel Sharma Iyer Reddy Khan Ahmed Haddad " +
  "Nguyen Trần Chen Wang Zhang Kim Lee Choi Tan Lim D'Angelo Rossi Bianchi Moretti Dubois Lefèvre Moreau Garnier Laurent"
).split(" ");

/** ASCII, lower case, without spaces and apostrophes: what an account name is made of. */
export function accountPart(name: string): string {
  return name
    .replaceAll("ß", "ss")
    .replaceAll(/[øØ]/g, "o")
    .normalize("NFD")
    .replaceAll(/[^A-Za-z]/g, "")
    .toLowerCase();
}
