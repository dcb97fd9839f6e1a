"""Further lands with their capitals, so that no capital city puts a person among strangers."""

from __future__ import annotations

# locale; country; other words; people; cities, the capital first.
FURTHER = """\
sl-SI; Slovenia; Slovenija; Slovenian|Slovene; Ljubljana|Maribor|Piran|Ptuj|Celje|Koper
sk-SK; Slovakia; Slovensko; Slovak|Slovakian; Bratislava|Košice|Žilina|Trnava|Nitra
sr-RS; Serbia; Vojvodina; Serbian|Serb; Belgrade=Beograd|Novi Sad|Niš|Subotica
sr-ME; Montenegro; ; Montenegrin; Podgorica|Kotor|Cetinje|Budva
bs-BA; Bosnia and Herzegovina; Bosnia|Herzegovina; Bosnian; Sarajevo|Mostar|Banja Luka|Tuzla|Zenica|Srebrenica
mk-MK; North Macedonia; Macedonia; Macedonian; Skopje|Ohrid|Bitola|Tetovo
sq-AL; Albania; Shqipëria; Albanian; Tirana=Tiranë|Shkodër|Durrës|Gjirokastër|Vlorë|Berat
sq-XK; Kosovo; ; Kosovar|Kosovan; Pristina=Prishtina|Prizren
lt-LT; Lithuania; Lietuva; Lithuanian; Vilnius|Kaunas|Klaipėda|Šiauliai
lv-LV; Latvia; Latvija; Latvian; Riga=Rīga|Daugavpils|Liepāja|Jūrmala
et-EE; Estonia; Eesti; Estonian; Tallinn|Tartu|Narva|Pärnu
be-BY; Belarus; ; Belarusian|Belarussian; Minsk|Brest-Litovsk|Gomel|Grodno|Vitebsk
ro-MD; Moldova; Transnistria; Moldovan; Chișinău=Chisinau|Tiraspol|Bălți
mt-MT; Malta; Gozo; Maltese; Valletta|Sliema|Mdina
el-CY; Cyprus; ; Cypriot; Nicosia|Limassol|Larnaca|Paphos|Famagusta
fr-LU; Luxembourg; ; Luxembourgish|Luxembourger; Luxembourg City
fr-MC; Monaco; ; Monégasque; Monte Carlo
de-LI; Liechtenstein; ; Liechtensteiner; Vaduz
it-SM; San Marino; ; Sammarinese; Borgo Maggiore
it-VA; Vatican City; the Vatican; ; Vatican
ca-AD; Andorra; ; Andorran; Andorra la Vella
ko-KP; North Korea; ; North Korean; Pyongyang
mn-MN; Mongolia; the Gobi; Mongolian; Ulaanbaatar=Ulan Bator|Erdenet
kk-KZ; Kazakhstan; ; Kazakh|Kazakhstani; Astana=Nur-Sultan|Almaty|Shymkent|Karaganda|Baikonur
ky-KG; Kyrgyzstan; ; Kyrgyz; Bishkek|Osh
uz-UZ; Uzbekistan; ; Uzbek; Tashkent|Samarkand|Bukhara|Khiva
tk-TM; Turkmenistan; ; Turkmen; Ashgabat
tg-TJ; Tajikistan; the Pamirs; Tajik; Dushanbe|Khujand
fa-AF; Afghanistan; ; Afghan; Kabul|Herat|Kandahar|Mazar-i-Sharif|Bamiyan
ne-NP; Nepal; the Himalayas; Nepali|Nepalese|Sherpa; Kathmandu|Pokhara|Patan|Lalitpur
dz-BT; Bhutan; ; Bhutanese; Thimphu|Paro
si-LK; Sri Lanka; Ceylon; Sri Lankan|Sinhalese; Colombo|Kandy|Galle|Jaffna|Sri Jayawardenepura Kotte
dv-MV; Maldives; the Maldives; Maldivian; Malé
my-MM; Myanmar; Burma; Burmese; Naypyidaw|Yangon=Rangoon|Mandalay|Bagan
lo-LA; Laos; ; Lao|Laotian; Vientiane|Luang Prabang|Pakse|Savannakhet
km-KH; Cambodia; ; Cambodian|Khmer; Phnom Penh|Siem Reap|Battambang|Kampot
ms-MY; Malaysia; Borneo|Sarawak|Sabah; Malaysian|Malay; Kuala Lumpur|Penang|George Town|Malacca|Ipoh|Johor Bahru|Kuching
ms-BN; Brunei; ; Bruneian; Bandar Seri Begawan
pt-TL; East Timor; Timor-Leste; Timorese; Dili
ar-IQ; Iraq; Kurdistan; Iraqi; Baghdad=بغداد|Basra|Mosul|Erbil|Najaf|Kirkuk
ar-JO; Jordan; ; Jordanian; Amman=عمان|Petra|Aqaba
ar-PS; Palestine; Gaza|the West Bank; Palestinian; Ramallah|Nablus|Gaza City|Bethlehem|Hebron
ar-YE; Yemen; ; Yemeni; Sana'a=Sanaa|Aden|Taiz
ar-SA; Saudi Arabia; ; Saudi; Riyadh=الرياض|Jeddah=جدة|Mecca|Medina|Dammam
ar-QA; Qatar; ; Qatari; Doha=الدوحة
ar-KW; Kuwait; ; Kuwaiti; Kuwait City
ar-BH; Bahrain; ; Bahraini; Manama
ar-OM; Oman; ; Omani; Muscat=مسقط|Salalah
ar-DZ; Algeria; ; Algerian; Algiers=الجزائر|Oran=وهران|Constantine, Algeria|Tamanrasset
ar-LY; Libya; ; Libyan; Tripoli, Libya|Benghazi
ar-SD; Sudan; Darfur; Sudanese; Khartoum=الخرطوم|Omdurman
ar-MR; Mauritania; ; Mauritanian; Nouakchott
en-SS; South Sudan; ; South Sudanese; Juba
ti-ER; Eritrea; ; Eritrean; Asmara|Massawa
so-SO; Somalia; Somaliland; Somali; Mogadishu|Hargeisa
fr-DJ; Djibouti; ; Djiboutian; Djibouti City
en-UG; Uganda; ; Ugandan; Kampala|Entebbe|Gulu|Jinja
rw-RW; Rwanda; ; Rwandan; Kigali|Butare|Gisenyi
fr-BI; Burundi; ; Burundian; Gitega|Bujumbura
fr-CD; Democratic Republic of the Congo; the Congo|Congo|the DRC|DRC|DR Congo|Zaire; Congolese; Kinshasa|Lubumbashi|Goma|Kisangani|Bukavu
fr-CG; Republic of the Congo; Congo-Brazzaville; ; Brazzaville|Pointe-Noire
fr-CM; Cameroon; Cameroun; Cameroonian; Yaoundé=Yaounde|Douala|Bamenda
fr-GA; Gabon; ; Gabonese; Libreville
fr-CF; Central African Republic; ; Central African; Bangui
fr-TD; Chad; ; Chadian; N'Djamena
es-GQ; Equatorial Guinea; ; Equatoguinean; Malabo
pt-ST; São Tomé and Príncipe; São Tomé|Sao Tome; São Toméan; São Tomé
fr-CI; Ivory Coast; Côte d'Ivoire|the Ivory Coast; Ivorian; Yamoussoukro|Abidjan|Bouaké
fr-ML; Mali; ; Malian; Bamako|Timbuktu|Djenné
fr-BF; Burkina Faso; ; Burkinabé|Burkinabe; Ouagadougou|Bobo-Dioulasso
fr-NE; Niger; ; Nigerien; Niamey|Agadez
fr-GN; Guinea; ; Guinean; Conakry
pt-GW; Guinea-Bissau; ; ; Bissau
en-GM; Gambia; the Gambia|The Gambia; Gambian; Banjul|Serekunda
en-SL; Sierra Leone; ; Sierra Leonean; Freetown|Kenema
en-LR; Liberia; ; Liberian; Monrovia
fr-TG; Togo; ; Togolese; Lomé=Lome
fr-BJ; Benin; ; Beninese; Porto-Novo|Cotonou|Ouidah
pt-CV; Cape Verde; Cabo Verde; Cape Verdean; Praia|Mindelo
pt-AO; Angola; ; Angolan; Luanda|Benguela|Huambo|Lobito
pt-MZ; Mozambique; ; Mozambican; Maputo|Beira|Nampula
en-ZM; Zambia; ; Zambian; Lusaka|Livingstone|Ndola|Kitwe
en-ZW; Zimbabwe; ; Zimbabwean; Harare|Bulawayo|Mutare
en-MW; Malawi; ; Malawian; Lilongwe|Blantyre
en-BW; Botswana; the Kalahari; Motswana|Botswanan; Gaborone|Maun
en-NA; Namibia; ; Namibian; Windhoek|Swakopmund
en-LS; Lesotho; ; Basotho|Mosotho; Maseru
en-SZ; Eswatini; Swaziland; Swazi; Mbabane|Lobamba
mg-MG; Madagascar; ; Malagasy; Antananarivo|Toamasina
fr-MU; Mauritius; ; Mauritian; Port Louis
en-SC; Seychelles; the Seychelles; Seychellois; Victoria, Seychelles
fr-KM; Comoros; the Comoros; Comorian; Moroni
es-VE; Venezuela; ; Venezuelan; Caracas|Maracaibo|Valencia, Venezuela|Barquisimeto
es-EC; Ecuador; the Galápagos; Ecuadorian; Quito|Guayaquil|Cuenca|Loja
es-BO; Bolivia; the Altiplano; Bolivian; La Paz|Sucre|Santa Cruz de la Sierra|Cochabamba|Potosí|Oruro
es-PY; Paraguay; ; Paraguayan; Asunción=Asuncion|Encarnación
es-UY; Uruguay; ; Uruguayan; Montevideo|Colonia del Sacramento|Salto
es-PA; Panama; Panamá; Panamanian; Panama City|Colón
es-CR; Costa Rica; ; Costa Rican; San José=San José, Costa Rica|Limón
es-NI; Nicaragua; ; Nicaraguan; Managua|Granada, Nicaragua
es-HN; Honduras; ; Honduran; Tegucigalpa|San Pedro Sula
es-SV; El Salvador; ; Salvadoran; San Salvador|Santa Ana
es-GT; Guatemala; ; Guatemalan|Mayan; Guatemala City|Antigua Guatemala|Quetzaltenango
es-DO; Dominican Republic; the Dominican Republic; Dominican; Santo Domingo|Santiago de los Caballeros
es-PR; Puerto Rico; ; Puerto Rican|Boricua; San Juan|Ponce
ht-HT; Haiti; Haïti; Haitian; Port-au-Prince|Cap-Haïtien|Jacmel
en-TT; Trinidad and Tobago; Trinidad|Tobago; Trinidadian; Port of Spain
en-BB; Barbados; ; Barbadian|Bajan; Bridgetown
en-BS; Bahamas; the Bahamas; Bahamian; Nassau
en-GY; Guyana; ; Guyanese; Georgetown, Guyana
nl-SR; Suriname; ; Surinamese; Paramaribo
en-BZ; Belize; ; Belizean; Belmopan|Belize City
en-AG; Antigua and Barbuda; Antigua; Antiguan; Saint John's, Antigua
en-DM; Dominica; ; ; Roseau
en-GD; Grenada; ; Grenadian; St. George's
en-KN; Saint Kitts and Nevis; St. Kitts|Saint Kitts; Kittitian; Basseterre
en-LC; Saint Lucia; St. Lucia; Saint Lucian; Castries
en-VC; Saint Vincent and the Grenadines; St. Vincent; Vincentian; Kingstown
en-FJ; Fiji; ; Fijian; Suva|Nadi
en-PG; Papua New Guinea; ; Papuan; Port Moresby|Lae
en-WS; Samoa; ; Samoan; Apia
en-TO; Tonga; ; Tongan; Nukuʻalofa=Nuku'alofa
en-VU; Vanuatu; ; Ni-Vanuatu; Port Vila
en-SB; Solomon Islands; the Solomon Islands; ; Honiara
en-KI; Kiribati; ; Gilbertese; Tarawa
en-TV; Tuvalu; ; Tuvaluan; Funafuti
en-NR; Nauru; ; Nauruan; Yaren
en-PW; Palau; ; Palauan; Ngerulmud|Koror
en-FM; Micronesia; ; Micronesian; Palikir
en-MH; Marshall Islands; the Marshall Islands; Marshallese; Majuro
fr-PF; French Polynesia; Tahiti|Bora Bora; Tahitian|Polynesian; Papeete
"""
