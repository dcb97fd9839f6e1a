"""Places: the cities a brief may name, the locale each belongs to, and quarters for those a persona may live in."""

from __future__ import annotations

from dataclasses import dataclass

from fourfold_offline.lexicon.places_further import FURTHER


@dataclass(frozen=True, slots=True)
class Land:
    """One locale: its country, other words for it, its people, and its cities (alternative spellings by `=`)."""

    locale: str
    country: str
    aliases: str
    people: str
    cities: str

    @property
    def language(self) -> str:
        return self.locale.split("-")[0]


_FIRST: tuple[Land, ...] = (
    Land("tr-TR", "Turkey", "Türkiye|Turkiye|Anatolia|the Black Sea coast", "Turkish|Kurdish", "Istanbul=İstanbul=Стамбул=إسطنبول|Izmir=İzmir|Ankara|Bursa|Antalya|Adana|Trabzon|Konya|Gaziantep|Diyarbakır=Diyarbakir|Eskişehir=Eskisehir|Mersin|Rize|Kars|Van|Mardin|Bodrum|Ayvalık=Ayvalik|Edirne|Samsun|Kayseri|Erzurum|Çanakkale=Canakkale|Kadıköy=Kadikoy|Sinop|Sivas|Hatay|Urfa=Şanlıurfa|Artvin|Giresun|Ordu"),
    Land("en-US", "United States", "USA|U.S.|the States|America|Texas|California|Ohio|Montana|Alaska|Maine|Florida|Nevada|Kentucky|Minnesota|Wyoming|Appalachia|the Midwest|Nebraska|Iowa|Kansas|Vermont|Louisiana|Mississippi|Alabama|Tennessee|Oregon|Arizona|New Mexico|New England|Michigan|Pennsylvania|West Virginia|Hawaii|Oklahoma|Silicon Valley|Arkansas|Colorado|Connecticut|Delaware|Idaho|Illinois|Indiana|Maryland|Massachusetts|Missouri|New Hampshire|New Jersey|North Carolina|North Dakota|Rhode Island|South Carolina|South Dakota|Utah|Virginia|Washington State|Wisconsin", "American|Texan|Californian|African-American", "New York City=纽约=Нью-Йорк=نيويورك|New York|Brooklyn|the Bronx|Queens|Manhattan|Los Angeles|Hollywood|Chicago|Houston|Phoenix|Philadelphia|San Antonio|San Diego|Dallas|San Jose|Austin|San Francisco|Seattle|Denver|Boston|Detroit|Nashville|Memphis|Portland|Las Vegas|Baltimore|Milwaukee|Albuquerque|Tucson|Sacramento|Kansas City|Atlanta|Omaha|Miami|Oakland|Minneapolis|New Orleans|Cleveland|Tulsa|Pittsburgh|St. Louis|Cincinnati|Buffalo|Anchorage|Honolulu|Salt Lake City|Duluth|Savannah|Charleston|El Paso|Santa Fe|Boise|Spokane|Toledo|Washington, D.C.|Washington DC|Washington|Reno|Akron|Dayton|Fresno|Fort Worth|Lubbock|Amarillo|Des Moines|Wichita|Topeka|Fargo|Bismarck|Billings|Butte|Fairbanks|Hilo|Little Rock|Baton Rouge|Shreveport|Jacksonville|Orlando|Tampa|Key West|Charlotte|Raleigh|Durham|Asheville|Knoxville|Chattanooga|Louisville|Lexington|Richmond|Norfolk, Virginia|Hartford|Providence|Albany|Syracuse|Rochester|Newark|Atlantic City|Madison|Green Bay|Flint|Grand Rapids|Gary, Indiana|Fort Wayne|Peoria|Scranton|Erie|Staten Island|Long Island|Cape Cod|Nantucket|Martha's Vineyard|Bakersfield|Stockton|Eugene, Oregon|Tacoma|Juneau|Sitka|Las Cruces|Taos|Flagstaff|Laredo|Galveston|Corpus Christi|Biloxi|Mobile"),
    Land("en-GB", "United Kingdom", "UK|U.K.|Britain|Great Britain|England|Scotland|Wales|Northern Ireland|Cornwall|Yorkshire|the Hebrides|Orkney|Shetland|Devon|Norfolk|Kent|the Highlands|the Midlands|Skye|the Isle of Skye|Isle of Skye|Mull|Islay|the Isle of Man|Isle of Man|the Isle of Wight|Isle of Wight|Jersey|Guernsey|Anglesey|Lancashire|Cumbria|Sussex|Suffolk|Dorset|Somerset|Northumberland|Lincolnshire|Wiltshire|Cheshire|Derbyshire|Shropshire|Staffordshire|Essex|Surrey|Ulster|the Lake District|the Peak District|the Cotswolds|Fife|Gwynedd|Pembrokeshire|the Outer Hebrides|the Orkney Islands|the Shetlands|the Scottish Highlands", "British|English|Scottish|Welsh", "London=伦敦=Лондон=لندن|East London|Hackney|Brixton|Manchester|Birmingham|Leeds|Glasgow|Edinburgh|Liverpool|Bristol|Sheffield|Cardiff|Belfast|Newcastle|Nottingham|Leicester|Brighton|Plymouth|Oxford|Cambridge|York|Aberdeen|Dundee|Swansea|Hull|Grimsby|Whitby|Margate|Blackpool|Inverness|Norwich|Bath|Penzance|Aberystwyth|Wrexham|Stirling|Perth, Scotland|Stornoway|Oban|Fort William|Scunthorpe|Scarborough|Preston|Bolton|Oldham|Stockport|Wigan|Rochdale|Luton|Ipswich|Exeter|Truro|St Ives|Derby|Coventry|Wolverhampton|Stoke-on-Trent|Sunderland|Middlesbrough|Carlisle|Lancaster|Derry|Londonderry|Hastings|Portsmouth|Southampton|Bournemouth|Peterborough|Northampton"),
    Land("en-IE", "Ireland", "Donegal|Connemara|County Mayo|County Clare|County Kerry", "Irish", "Dublin|Cork|Galway|Limerick|Sligo|Waterford|Dingle|Kilkenny"),
    Land("en-CA", "Canada", "Ontario|Nova Scotia|Newfoundland|British Columbia|Alberta|Saskatchewan|Manitoba|Yukon", "Canadian", "Toronto|Vancouver|Calgary|Ottawa|Winnipeg|Halifax|Edmonton|Saskatoon|Victoria|St. John's|Whitehorse"),
    Land("fr-CA", "Canada", "Québec|Quebec", "Québécois|Quebecois", "Montreal=Montréal|Quebec City|Gaspé|Trois-Rivières"),
    Land("en-AU", "Australia", "Tasmania|Queensland|New South Wales|the Outback|Western Australia", "Australian|Aussie", "Sydney|Melbourne|Brisbane|Perth|Adelaide|Hobart|Darwin|Alice Springs|Canberra|Fremantle|Broken Hill"),
    Land("en-NZ", "New Zealand", "Aotearoa", "Māori|Maori", "Auckland|Wellington|Christchurch|Dunedin|Invercargill|Nelson"),
    Land("en-NG", "Nigeria", "", "Nigerian|Yoruba|Igbo", "Lagos|Abuja|Ibadan|Kano|Enugu|Port Harcourt|Benin City|Calabar"),
    Land("en-GH", "Ghana", "", "Ghanaian", "Accra|Kumasi|Tamale|Cape Coast"),
    Land("en-KE", "Kenya", "", "Kenyan", "Nairobi|Mombasa|Kisumu|Nakuru|Lamu"),
    Land("en-ZA", "South Africa", "", "South African|Zulu|Xhosa|Afrikaner", "Johannesburg|Cape Town|Durban|Soweto|Pretoria|Gqeberha"),
    Land("en-IN", "India", "Kerala|Rajasthan|Punjab|Tamil Nadu|Gujarat|Assam|Goa", "Indian|Punjabi|Bengali|Tamil|Gujarati", "Mumbai|Bombay|Delhi|New Delhi|Bangalore=Bengaluru|Chennai|Kolkata=Calcutta|Hyderabad|Pune|Jaipur|Lucknow|Varanasi|Kochi|Ahmedabad|Shimla"),
    Land("en-PK", "Pakistan", "", "Pakistani", "Karachi|Lahore|Islamabad|Peshawar|Multan|Quetta"),
    Land("en-SG", "Singapore", "", "Singaporean", "Singapore"),
    Land("en-JM", "Jamaica", "", "Jamaican", "Kingston|Montego Bay"),
    Land("en-PH", "Philippines", "the Philippines", "Filipino|Filipina", "Manila|Cebu|Davao|Quezon City"),
    Land("es-ES", "Spain", "Andalusia|Galicia|Catalonia|the Basque Country|Asturias|Mallorca", "Spanish|Catalan|Galician|Basque|Andalusian", "Madrid|Barcelona|Valencia|Seville=Sevilla|Bilbao|Granada|Zaragoza|Málaga=Malaga|Cádiz=Cadiz|Vigo|Salamanca|Toledo, Spain|A Coruña|San Sebastián|Córdoba, Spain|Oviedo"),
    Land("es-MX", "Mexico", "México|Oaxaca state|Chiapas|Yucatán", "Mexican", "Mexico City=Ciudad de México|Guadalajara|Monterrey|Oaxaca|Puebla|Tijuana|Mérida|Veracruz|Guanajuato"),
    Land("es-AR", "Argentina", "Patagonia", "Argentine|Argentinian", "Buenos Aires|Rosario|Córdoba|Mendoza|Salta|Ushuaia|Bariloche"),
    Land("es-CO", "Colombia", "", "Colombian", "Bogotá=Bogota|Medellín=Medellin|Cali|Cartagena|Barranquilla"),
    Land("es-CL", "Chile", "", "Chilean", "Santiago|Valparaíso=Valparaiso|Concepción|Punta Arenas|Temuco"),
    Land("es-PE", "Peru", "Perú", "Peruvian", "Lima|Cusco=Cuzco|Arequipa"),
    Land("es-CU", "Cuba", "", "Cuban", "Havana=La Habana|Santiago de Cuba"),
    Land("fr-FR", "France", "Brittany|Provence|Normandy|Corsica|Burgundy", "French|Breton|Corsican|Parisian", "Paris=巴黎=Париж=باريس|Marseille=Marseilles|Lyon|Lille|Toulouse|Bordeaux|Nantes|Strasbourg|Nice|Rennes|Brest|Rouen|Grenoble|Dijon|Le Havre|Montpellier|Roubaix"),
    Land("fr-BE", "Belgium", "Wallonia|Flanders", "Belgian", "Brussels=Bruxelles|Liège=Liege|Charleroi|Namur|Antwerp|Ghent|Bruges|Ostend"),
    Land("fr-SN", "Senegal", "", "Senegalese", "Dakar|Saint-Louis"),
    Land("fr-CH", "Switzerland", "", "Swiss", "Geneva=Genève|Lausanne|Neuchâtel"),
    Land("de-DE", "Germany", "Deutschland|Bavaria|Saxony|the Ruhr", "German|Bavarian|East German", "Berlin=柏林=Берлин=برلين|Hamburg|Munich=München|Cologne=Köln|Frankfurt|Stuttgart|Leipzig|Dresden|Bremen|Hanover=Hannover|Nuremberg=Nürnberg|Dortmund|Essen|Rostock|Kiel|Freiburg|Chemnitz|Halle|Duisburg|Neukölln|Görlitz"),
    Land("de-AT", "Austria", "Österreich|Tyrol", "Austrian|Viennese", "Vienna=Wien|Graz|Linz|Salzburg|Innsbruck|Klagenfurt"),
    Land("de-CH", "Switzerland", "", "Zurich-born", "Zurich=Zürich|Basel|Bern|Lucerne=Luzern"),
    Land("it-IT", "Italy", "Italia|Sicily|Sardinia|Tuscany|Calabria|Puglia", "Italian|Sicilian|Neapolitan|Sardinian|Venetian", "Rome=Roma|Milan=Milano|Naples=Napoli|Turin=Torino|Palermo|Genoa=Genova|Bologna|Florence=Firenze|Bari|Catania|Venice=Venezia|Trieste|Verona|Ferrara|Cagliari|Lecce|Livorno|Siena"),
    Land("pt-BR", "Brazil", "Brasil|Bahia|Minas Gerais|the Amazon", "Brazilian", "São Paulo=Sao Paulo|Rio de Janeiro|Rio|Salvador|Brasília=Brasilia|Recife|Fortaleza|Porto Alegre|Belém|Manaus|Curitiba|Belo Horizonte"),
    Land("pt-PT", "Portugal", "the Azores|Alentejo|the Algarve|Madeira", "Portuguese", "Lisbon=Lisboa|Porto=Oporto|Coimbra|Braga|Faro|Évora|Aveiro|Nazaré|Setúbal|Viana do Castelo"),
    Land("nl-NL", "Netherlands", "the Netherlands|Holland|Friesland", "Dutch", "Amsterdam|Rotterdam|Utrecht|The Hague=Den Haag|Groningen|Eindhoven|Maastricht|Leiden|Delft"),
    Land("pl-PL", "Poland", "Polska|Silesia", "Polish", "Warsaw=Warszawa|Kraków=Krakow=Cracow|Łódź=Lodz|Wrocław=Wroclaw|Gdańsk=Gdansk|Poznań=Poznan|Lublin|Katowice|Białystok"),
    Land("sv-SE", "Sweden", "Sverige|Gotland|Lapland", "Swedish", "Stockholm|Gothenburg=Göteborg|Malmö=Malmo|Uppsala|Umeå|Kiruna|Visby"),
    Land("no-NO", "Norway", "Norge|Lofoten|the Lofoten Islands|Svalbard", "Norwegian|Sami", "Oslo|Bergen|Trondheim|Tromsø=Tromso|Stavanger|Bodø"),
    Land("da-DK", "Denmark", "Danmark|Jutland|Greenland", "Danish|Greenlandic", "Copenhagen=København|Aarhus|Odense|Aalborg|Skagen"),
    Land("fi-FI", "Finland", "Suomi|Karelia", "Finnish|Finn", "Helsinki|Tampere|Turku|Oulu|Rovaniemi|Joensuu"),
    Land("is-IS", "Iceland", "Ísland", "Icelandic", "Reykjavik=Reykjavík|Akureyri|Ísafjörður"),
    Land("el-GR", "Greece", "Hellas|Crete|Corfu|Lesbos|the Peloponnese", "Greek|Cretan", "Athens=Αθήνα|Thessaloniki=Θεσσαλονίκη|Patras=Πάτρα|Heraklion|Chania|Piraeus|Volos|Ioannina|Kavala"),
    Land("ru-RU", "Russia", "Siberia|Россия|the Urals|Kamchatka", "Russian|Soviet|Siberian", "Moscow=Москва|Saint Petersburg=St. Petersburg=Санкт-Петербург|Leningrad|Novosibirsk=Новосибирск|Kazan=Казань|Vladivostok=Владивосток|Murmansk=Мурманск|Yekaterinburg=Екатеринбург|Irkutsk|Samara|Sochi|Omsk|Tomsk|Yakutsk"),
    Land("uk-UA", "Ukraine", "Україна|Crimea", "Ukrainian", "Kyiv=Kiev=Київ|Lviv=Львів|Odesa=Odessa|Kharkiv=Харків|Dnipro|Mariupol|Chernivtsi"),
    Land("ro-RO", "Romania", "Transylvania", "Romanian", "Bucharest|Cluj=Cluj-Napoca|Iași|Timișoara|Sibiu|Constanța"),
    Land("hu-HU", "Hungary", "", "Hungarian", "Budapest|Debrecen|Szeged|Pécs"),
    Land("cs-CZ", "Czechia", "Czech Republic|the Czech Republic|Moravia|Bohemia", "Czech", "Prague=Praha|Brno|Ostrava|Olomouc|Plzeň"),
    Land("hr-HR", "Croatia", "Dalmatia", "Croatian|Croat", "Zagreb|Split|Rijeka|Dubrovnik|Zadar|Pula|Šibenik"),
    Land("bg-BG", "Bulgaria", "", "Bulgarian", "Sofia|Plovdiv|Varna|Burgas"),
    Land("ja-JP", "Japan", "日本|Hokkaido|Okinawa|Kyushu|Shikoku", "Japanese", "Tokyo=東京=东京|Osaka=大阪|Kyoto=京都|Yokohama=横浜|Nagoya=名古屋|Sapporo=札幌|Fukuoka=福岡|Kobe=神戸|Hiroshima=広島|Nagasaki=長崎|Sendai=仙台|Kanazawa=金沢|Hakodate=函館|Naha=那覇|Matsuyama|Kamakura|Nara=奈良|Kagoshima|Kumamoto|Nagano"),
    Land("ko-KR", "South Korea", "Korea|한국|Jeju Island", "Korean", "Seoul=서울=首尔|Busan=부산|Incheon=인천|Daegu=대구|Gwangju=광주|Jeju=제주|Daejeon|Jeonju"),
    Land("zh-CN", "China", "中国|Sichuan|Yunnan|Tibet|Inner Mongolia", "Chinese|Cantonese|Tibetan", "Beijing=北京|Shanghai=上海|Guangzhou=广州|Shenzhen=深圳|Chengdu=成都|Wuhan=武汉|Xi'an=西安|Hangzhou=杭州|Harbin=哈尔滨|Chongqing=重庆|Nanjing=南京|Kunming|Lhasa"),
    Land("zh-TW", "Taiwan", "台灣|台湾", "Taiwanese", "Taipei=台北|Kaohsiung=高雄|Tainan|Taichung"),
    Land("zh-HK", "Hong Kong", "香港", "Hongkonger", "Kowloon|Mong Kok"),
    Land("vi-VN", "Vietnam", "Việt Nam", "Vietnamese", "Hanoi=Hà Nội|Saigon|Ho Chi Minh City|Da Nang=Đà Nẵng|Huế=Hue|Hội An"),
    Land("th-TH", "Thailand", "Isan", "Thai", "Bangkok|Chiang Mai|Phuket|Ayutthaya"),
    Land("id-ID", "Indonesia", "Java|Bali|Sumatra", "Indonesian|Javanese|Balinese", "Jakarta|Yogyakarta|Surabaya|Bandung|Makassar|Medan"),
    Land("hi-IN", "India", "भारत", "Hindi-speaking", "दिल्ली|मुंबई|बैंगलोर|चेन्नई|कोलकाता|भोपाल|कानपुर|इंदौर|लखनऊ|वाराणसी|जयपुर|पटना"),
    Land("bn-BD", "Bangladesh", "Bengal", "Bangladeshi", "Dhaka|Chittagong|Sylhet|Khulna"),
    Land("ar-EG", "Egypt", "مصر|the Nile Delta|Upper Egypt", "Egyptian|Nubian|Coptic", "Cairo=القاهرة|Alexandria=الإسكندرية|Luxor=الأقصر|Aswan=أسوان|Port Said"),
    Land("ar-LB", "Lebanon", "لبنان", "Lebanese", "Beirut=بيروت|Tripoli|Sidon"),
    Land("ar-MA", "Morocco", "المغرب|the Rif|the Atlas", "Moroccan|Berber", "Casablanca=الدار البيضاء|Marrakesh=Marrakech=مراكش|Fez=فاس|Tangier=طنجة|Rabat=الرباط|Essaouira"),
    Land("ar-SY", "Syria", "سوريا", "Syrian", "Damascus=دمشق|Aleppo=حلب|Homs=حمص|Latakia"),
    Land("ar-AE", "United Arab Emirates", "UAE|the Emirates", "Emirati", "Abu Dhabi|Dubai=دبي|Sharjah"),
    Land("ar-TN", "Tunisia", "Djerba", "Tunisian", "Tunis=تونس|Sfax|Sousse|Kairouan"),
    Land("he-IL", "Israel", "ישראל", "Israeli", "Tel Aviv=תל אביב|Jerusalem=ירושלים|Haifa=חיפה|Jaffa|Beersheba"),
    Land("fa-IR", "Iran", "Persia|ایران", "Iranian|Persian", "Tehran=تهران|Isfahan=اصفهان|Shiraz=شیراز|Tabriz=تبریز|Mashhad=مشهد"),
    Land("am-ET", "Ethiopia", "", "Ethiopian|Amhara", "Addis Ababa|Gondar|Lalibela|Harar"),
    Land("sw-TZ", "Tanzania", "Zanzibar", "Tanzanian", "Dodoma|Dar es Salaam|Stone Town|Arusha|Mwanza"),
    Land("ka-GE", "Georgia", "", "Georgian", "Tbilisi|Batumi|Kutaisi"),
    Land("hy-AM", "Armenia", "", "Armenian", "Yerevan|Gyumri"),
    Land("az-AZ", "Azerbaijan", "", "Azerbaijani|Azeri", "Baku"),
    Land("en-AQ", "Antarctica", "", "", "McMurdo"),
)  # fmt: skip

LANDS: tuple[Land, ...] = (
    *_FIRST,
    *(Land(*(field.strip() for field in line.split(";"))) for line in FURTHER.splitlines()),
)

QUARTERS: dict[str, str] = {
    "Istanbul": "Kadıköy|Üsküdar|Balat|Beşiktaş|Kurtuluş|Fatih|Moda|Kuzguncuk|Bakırköy", "İstanbul": "Kadıköy|Üsküdar|Balat|Beşiktaş|Kurtuluş",
    "Izmir": "Karşıyaka|Bornova|Alsancak|Buca|Göztepe", "Ankara": "Çankaya|Kızılay|Keçiören|Cebeci", "Bursa": "Osmangazi|Nilüfer|Mudanya", "Trabzon": "Ortahisar|Akçaabat",
    "New York City": "Sunset Park|Jackson Heights|Inwood|Bay Ridge|Washington Heights", "New York": "Sunset Park|Jackson Heights|Inwood|Bay Ridge", "Brooklyn": "Bay Ridge|Sunset Park|Red Hook|Gravesend", "Chicago": "Pilsen|Rogers Park|Bridgeport|Avondale|Uptown", "Los Angeles": "Boyle Heights|Eagle Rock|Koreatown|San Pedro",
    "Boston": "Dorchester|Roslindale|East Boston", "Detroit": "Hamtramck|Corktown|Southwest", "Philadelphia": "Kensington|Fishtown|Germantown|Point Breeze", "Seattle": "Ballard|Beacon Hill|Georgetown", "Pittsburgh": "Bloomfield|Polish Hill|Lawrenceville", "New Orleans": "the Bywater|Gentilly|Algiers Point",
    "Baltimore": "Highlandtown|Hampden|Pigtown", "Cleveland": "Slavic Village|Old Brooklyn|Collinwood", "Minneapolis": "Longfellow|Northeast|Powderhorn", "San Francisco": "the Excelsior|the Outer Sunset|the Mission", "Milwaukee": "Bay View|Riverwest|Clarke Square", "Duluth": "Lincoln Park|West End|Lakeside", "Toledo": "the Old South End|Point Place", "Buffalo": "Black Rock|Kaisertown|Riverside",
    "London": "Walthamstow|Peckham|Tooting|Deptford|Harlesden|Leyton|Kentish Town", "Manchester": "Levenshulme|Moss Side|Chorlton|Ancoats", "Glasgow": "Govanhill|Partick|Dennistoun", "Edinburgh": "Leith|Gorgie|Portobello", "Liverpool": "Toxteth|Anfield|Walton", "Birmingham": "Sparkbrook|Stirchley|Erdington", "Bristol": "Easton|Bedminster|Totterdown", "Leeds": "Harehills|Armley|Beeston", "Sheffield": "Walkley|Heeley|Burngreave", "Belfast": "Ormeau|the Falls|Ballymacarrett", "Cardiff": "Splott|Canton|Grangetown",
    "Dublin": "Phibsborough|the Liberties|Ringsend|Cabra", "Cork": "Shandon|Blackpool|Turners Cross", "Galway": "the Claddagh|Salthill|Westside",
    "Toronto": "Parkdale|Scarborough|Weston", "Vancouver": "Hastings-Sunrise|Marpole|Strathcona", "Montreal": "Villeray|Verdun|Parc-Extension", "Sydney": "Marrickville|Parramatta|Cabramatta", "Melbourne": "Footscray|Brunswick|Preston", "Auckland": "Ōtāhuhu|Grey Lynn|Māngere", "Wellington": "Newtown|Island Bay|Petone",
    "Lagos": "Surulere|Yaba|Ajegunle|Ikorodu|Mushin", "Abuja": "Garki|Nyanya|Wuse", "Accra": "Jamestown|Osu|Nima", "Nairobi": "Eastleigh|Kibera|Buruburu|South B", "Johannesburg": "Yeoville|Melville|Alexandra", "Cape Town": "Woodstock|Observatory|Mitchells Plain", "Durban": "Umlazi|Glenwood|Chatsworth",
    "Mumbai": "Dadar|Byculla|Bandra East|Chembur|Matunga", "Delhi": "Lajpat Nagar|Karol Bagh|Shahdara", "Kolkata": "Shyambazar|Behala|Tollygunge", "Chennai": "Mylapore|Royapuram|Perambur", "Karachi": "Saddar|Lyari|Nazimabad", "Lahore": "Anarkali|Ichhra|Baghbanpura",
    "Madrid": "Lavapiés|Vallecas|Carabanchel|Chamberí", "Barcelona": "Gràcia|Sants|Poblenou|Nou Barris", "Seville": "Triana|La Macarena|Nervión", "Bilbao": "Otxarkoaga|Deusto|San Francisco", "Valencia": "Russafa|El Cabanyal|Benimaclet", "Granada": "the Zaidín|the Albaicín|the Realejo",
    "Mexico City": "Iztapalapa|Narvarte|Coyoacán|Doctores", "Guadalajara": "Analco|Santa Tere|Oblatos", "Buenos Aires": "Boedo|Almagro|Villa Crespo|La Boca|Flores", "Bogotá": "Teusaquillo|Kennedy|La Candelaria", "Medellín": "Aranjuez|Belén|Manrique", "Santiago": "Ñuñoa|La Cisterna|Yungay", "Valparaíso": "Cerro Alegre|Playa Ancha|Cerro Barón", "Lima": "Breña|Barranco|Comas", "Havana": "Cerro|Centro Habana|Regla",
    "Paris": "Belleville|Ménilmontant|Barbès|the 13th arrondissement", "Marseille": "La Belle de Mai|Noailles|L'Estaque", "Lyon": "La Croix-Rousse|Gerland|La Guillotière", "Lille": "Wazemmes|Fives|Moulins", "Nantes": "Chantenay|Doulon|Malakoff", "Brussels": "Schaerbeek|Molenbeek|Saint-Gilles|Ixelles", "Geneva": "Les Pâquis|Carouge",
    "Berlin": "Neukölln|Wedding|Lichtenberg|Moabit|Pankow", "Hamburg": "Altona|Wilhelmsburg|Barmbek", "Munich": "Giesing|Sendling|Pasing", "Cologne": "Ehrenfeld|Kalk|Nippes", "Leipzig": "Connewitz|Plagwitz|Reudnitz", "Dresden": "Pieschen|Löbtau|Neustadt", "Bremen": "Walle|Gröpelingen|Neustadt", "Vienna": "Ottakring|Favoriten|Meidling", "Graz": "Lend|Gries|Eggenberg", "Zurich": "Oerlikon|Wiedikon|Altstetten",
    "Rome": "Garbatella|Centocelle|Testaccio|Tor Pignattara", "Milan": "Lambrate|Bovisa|Corvetto", "Naples": "the Sanità|Fuorigrotta|Ponticelli", "Turin": "Barriera di Milano|San Salvario|Mirafiori", "Palermo": "the Kalsa|Ballarò|Borgo Vecchio", "Bologna": "the Bolognina|San Donato|Saragozza", "Genoa": "Sampierdarena|Nervi|Castelletto", "Trieste": "San Giacomo|Roiano|Barcola",
    "São Paulo": "the Mooca|Itaquera|Bixiga|Capão Redondo", "Rio de Janeiro": "Madureira|Tijuca|Méier", "Salvador": "Liberdade|Itapuã|Rio Vermelho", "Recife": "Casa Amarela|Boa Vista|Ibura", "Lisbon": "Alcântara|Marvila|Graça|Benfica", "Porto": "Campanhã|Bonfim|Foz do Douro", "Coimbra": "Celas|the Baixa|Santa Clara",
    "Amsterdam": "Bos en Lommer|Noord|De Pijp", "Rotterdam": "Charlois|Delfshaven|Crooswijk", "Utrecht": "Lombok|Zuilen|Overvecht", "Warsaw": "Praga|Ochota|Wola", "Kraków": "Nowa Huta|Podgórze|Kazimierz", "Gdańsk": "Wrzeszcz|Oliwa|Nowy Port", "Stockholm": "Hägersten|Rinkeby|Södermalm", "Gothenburg": "Majorna|Hisingen|Haga", "Oslo": "Grønland|Sagene|Grorud", "Bergen": "Laksevåg|Sandviken|Nordnes", "Copenhagen": "Nørrebro|Valby|Amager", "Helsinki": "Kallio|Vuosaari|Käpylä",
    "Athens": "Kypseli|Pangrati|Petralona", "Thessaloniki": "Kalamaria|Ano Poli|Neapoli", "Moscow": "Maryino|Izmailovo|Sokol", "Saint Petersburg": "Vasilyevsky Island|Kupchino|the Petrograd Side", "Kyiv": "Podil|Troieshchyna|Lukianivka", "Lviv": "Sykhiv|Levandivka|Znesinnia", "Bucharest": "Drumul Taberei|Cotroceni|Pantelimon", "Budapest": "Józsefváros|Kispest|Angyalföld", "Prague": "Žižkov|Holešovice|Libeň", "Zagreb": "Trešnjevka|Maksimir|Dubrava",
    "Tokyo": "Kita-Senju|Nakano|Yanaka|Kamata|Kiyosumi", "Osaka": "Tennōji|Nishinari|Tsuruhashi", "Kyoto": "Nishijin|Fushimi|Demachiyanagi", "Sapporo": "Shiroishi|Maruyama|Teine", "Fukuoka": "Hakata|Nishijin|Yakuin", "Hiroshima": "Ujina|Yokogawa|Koi", "Seoul": "Mangwon-dong|Seongsu|Eunpyeong|Guro", "Busan": "Yeongdo|Gamcheon|Dongnae", "Beijing": "Fengtai|Dongcheng|Tongzhou", "Shanghai": "Hongkou|Zhabei|Yangpu", "Chengdu": "Jinniu|Yulin|Chenghua", "Taipei": "Wanhua|Datong|Songshan", "Hanoi": "Ba Đình|Long Biên|Đống Đa", "Bangkok": "Thonburi|Khlong Toei|Lat Phrao", "Jakarta": "Tebet|Tanjung Priok|Kebayoran Lama",
    "Cairo": "Shubra|Imbaba|Sayyida Zeinab|Heliopolis", "Alexandria": "Anfushi|Sidi Bishr|Moharram Bek", "Beirut": "Bourj Hammoud|Mar Elias|Geitawi", "Casablanca": "Derb Sultan|Maârif|Aïn Sebaâ", "Damascus": "Bab Touma|Midan|Rukn al-Din", "Amman": "Jabal al-Weibdeh|Al-Ashrafiyeh|Wihdat", "Baghdad": "Karrada|Adhamiyah|Kadhimiya", "Tunis": "Bab Souika|La Goulette|Le Bardo", "Dubai": "Deira|Satwa|Al Quoz", "Tel Aviv": "Florentin|Hatikva|Ramat Aviv", "Jerusalem": "Musrara|Kiryat HaYovel|Beit Safafa", "Haifa": "Hadar|Wadi Nisnas|Neve Sha'anan", "Tehran": "Naziabad|Tajrish|Amirieh", "Tbilisi": "Sololaki|Didube|Vake", "Yerevan": "Kentron|Arabkir|Nor Nork", "Addis Ababa": "Piassa|Merkato|Kazanchis", "Manila": "Tondo|Sampaloc|Santa Ana",
}  # fmt: skip
